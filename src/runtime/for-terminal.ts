/** What a terminal obeys, or shows in another order than it stands: controls, and marks of direction. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are meant
const OBEYED = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/g

/** `text` with whatever a terminal would obey written as an escape; lines and tabs stay. */
export const forTerminal = (text: string): string =>
  text.replace(OBEYED, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
