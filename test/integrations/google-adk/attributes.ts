import type { DecodedSpan } from '../../support/decoded-span.ts'
export function expectAttributes(_of: (probe: string) => readonly DecodedSpan[]): void {}
