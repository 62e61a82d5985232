import { VERSION } from '../runtime/version.ts'

/** The library that made a span, as its tracer names it. */
export interface InstrumentationScope {
  readonly name: string
  readonly version?: string
}

/** That of the spans that turnspan makes itself. */
export const OWN_SCOPE: InstrumentationScope = Object.freeze({ name: 'turnspan', version: VERSION })
