import { checkKeys } from '../config/known-keys.ts'
import { msOfTimeInput } from '../runtime/clock.ts'
import { readProperty } from '../runtime/read-property.ts'
import { END_OPTIONS } from './known-keys.ts'
import type { EndOptions, Span } from './span.ts'

/** Records on `span` what its `end` was given, each property read once. @returns the end time among it, epoch milliseconds */
export function applyEndOptions(span: Span, given: EndOptions): number | undefined {
  checkKeys(END_OPTIONS, given)
  const read = <K extends keyof EndOptions>(key: K): EndOptions[K] =>
    readProperty(given, key) as EndOptions[K]
  const [outputs, attributes, status] = [read('outputs'), read('attributes'), read('status')]
  if (outputs !== undefined) span.setOutputs(outputs)
  if (attributes !== undefined) span.setAttributes(attributes)
  if (status !== undefined) span.setStatus(status)
  return msOfTimeInput(read('endTime'))
}
