/** What each probe shows as: depth by blanks, then name, type and status. */
export const trees: Readonly<Record<string, readonly string[]>> = {}
