/**
 * `text.length`, for code that sees texts of all kinds. An engine keeps texts in a dozen ways, and where it has met more than
 * four of them in one place it looks properties up the long way, which for the short texts of most values takes longer than
 * all else that is done with them. After an addition it knows that it has a text; to add nothing costs nothing.
 */
// biome-ignore lint/style/useTemplate: a template converts what it is given, and takes three times as long
export const lengthOf = (text: string): number => ('' + text).length

/** `text.charCodeAt(index)`, likewise. The function is named in full, which engines take for the constant that it is. */
export const unitAt = (text: string, index: number): number => String.prototype.charCodeAt.call(text, index)
