/**
 * Whether `withTurnspan` was in the configuration of the Next.js build that this code is in. Next replaces the
 * expression at build, so it must be written out; `undefined` where Next did not build this code.
 */
export function configuredForNext(): string | undefined {
  return process.env.TURNSPAN_NEXT_CONFIG
}
