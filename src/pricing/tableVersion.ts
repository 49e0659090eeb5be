/** The bundled price table; a test checks it against the package that is installed. */
export const tableName = '@pydantic/genai-prices';
export const tableVersion = '0.1.8';
/** Day the version was published; its prices are those of that day and before. */
export const tableDate = '2026-09-23';
