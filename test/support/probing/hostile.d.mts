// biome-ignore lint/suspicious/noExplicitAny: the pieces of a request are of whatever type it takes
export function hostilePieces(): any
