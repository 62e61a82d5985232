import { type KnownKeys, knownKeys } from '../config/known-keys.ts'
import type { CallOptions, CaptureTracesOptions, SnapshotOptions } from './options.ts'

const CAPTURE: Readonly<Record<keyof CaptureTracesOptions, true>> = {
  captureContent: true,
  redact: true,
  limits: true,
  sampleRatio: true,
  provider: true,
  keep: true,
  trustIncoming: true,
  instrumentations: true,
}
const CALL: Readonly<Record<keyof CallOptions, true>> = {
  times: true,
  withArguments: true,
  withResult: true,
}
const SNAPSHOT: Readonly<Record<keyof SnapshotOptions, true>> = {
  inputs: true,
  outputs: true,
  models: true,
  tokens: true,
  errorMessages: true,
  attributes: true,
  traceData: true,
  sortSiblings: true,
  replace: true,
}

/** What `captureTraces` takes. */
export const CAPTURE_KEYS: KnownKeys = knownKeys('captureTraces()', CAPTURE)
/** What says which calls of a tool are meant. */
export const CALL_KEYS: KnownKeys = knownKeys('An assertion on calls of a tool', CALL, {
  args: 'withArguments',
  arguments: 'withArguments',
  input: 'withArguments',
  inputs: 'withArguments',
  count: 'times',
  result: 'withResult',
  output: 'withResult',
  outputs: 'withResult',
})
/** What a snapshot shows. */
export const SNAPSHOT_KEYS: KnownKeys = knownKeys('A snapshot of a trace', SNAPSHOT)
/** What `settled` takes. */
export const SETTLED_KEYS: KnownKeys = knownKeys('settled()', { timeoutMs: true })
