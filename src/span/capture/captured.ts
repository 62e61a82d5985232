/** JSON-like data that every target survives: no cycles, depth and size bounded, strings well-formed and without NUL. */
export type Captured = null | boolean | number | string | Captured[] | { [key: string]: Captured }
