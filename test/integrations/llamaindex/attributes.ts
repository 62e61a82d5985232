import type { DecodedSpan } from '../../support/decoded-span.ts'

/** The spans of a probe in the order of their starts. */
export type SpansOf = (probe: string) => readonly DecodedSpan[]

/** Checks what the spans of the probes carry. */
export function expectAttributes(_spansOf: SpansOf): void {}
