/** The environment as it is now. Nothing outside this room reads `process.env`. */
export function environment(): Readonly<Record<string, string | undefined>> {
  return process.env
}

/** Environment variables by name, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>
