export const trees: Readonly<Record<string, readonly string[]>> = {}
