/** A value that OTLP carries as it is. */
export type AttributeValue =
  | string
  | number
  | boolean
  | readonly (string | number | boolean | null | undefined)[]

export type Attributes = Record<string, AttributeValue>

/** Of what has none. */
export const NO_ATTRIBUTES: Attributes = Object.freeze({})
