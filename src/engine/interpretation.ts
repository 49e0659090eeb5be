/**
 * Names what made the index's rows. Raise it when conventions, prices, flags or the resolver of lines get better:
 * stores made by an older one are then read again in the background.
 */
export const interpretation = '2';
