/** Node's first release line with an unflagged `node:sqlite`. */
export const minimumNode = { major: 22, minor: 13 } as const;
