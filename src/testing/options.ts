import type { InitOptions } from '../config/options.ts'

/**
 * Options of {@link captureTraces}. An option that is left out has the value that `init` was given, or its default
 * without an `init`; but content is captured and every trace is kept. The environment is not read. The packages that
 * the application uses are therefore traced in a test without `init`, too.
 */
export interface CaptureTracesOptions
  extends Pick<
    InitOptions,
    'redact' | 'limits' | 'sampleRatio' | 'provider' | 'keep' | 'trustIncoming' | 'instrumentations'
  > {
  /** @defaultValue true */
  readonly captureContent?: boolean | undefined
}

/** Which calls of a tool to look for. */
export interface CallOptions {
  /** Exact number of such calls. @defaultValue at least one */
  readonly times?: number | undefined
  /** What the arguments contain, as a partial match. A function can decide, and a test runner's matchers work too. */
  readonly withArguments?: unknown
  /** What the result contains, as a partial match. */
  readonly withResult?: unknown
}

/** What a snapshot shows beyond names, types and failures. */
export interface SnapshotOptions {
  /** @defaultValue false */
  readonly inputs?: boolean | undefined
  /** @defaultValue false */
  readonly outputs?: boolean | undefined
  /** Names of models. @defaultValue false */
  readonly models?: boolean | undefined
  /** Input and output tokens. @defaultValue false */
  readonly tokens?: boolean | undefined
  /** Messages of errors; without them only their type is shown. @defaultValue false */
  readonly errorMessages?: boolean | undefined
  /** Attributes to show, by key. @defaultValue none */
  readonly attributes?: readonly string[] | undefined
  /** Session, user, tags and metadata, in a first line. @defaultValue false */
  readonly traceData?: boolean | undefined
  /** Sort all siblings by name, not only those that ran at the same time. @defaultValue false */
  readonly sortSiblings?: boolean | undefined
  /** Changes each line before it is written, to take out what differs from run to run. */
  readonly replace?: ((line: string) => string) | undefined
}
