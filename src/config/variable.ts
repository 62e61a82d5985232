/** Subject under which the documentation lists a variable. */
export type VariableGroup =
  | 'target'
  | 'transport'
  | 'mlflow'
  | 'authentication'
  | 'tls'
  | 'content'
  | 'pipeline'
  | 'resource'
  | 'switch'
  | 'databricks'

/** Who defines a variable. */
export type VariableSource =
  | 'otel-exporter'
  | 'otel-sdk'
  | 'otel-genai'
  | 'mlflow'
  | 'databricks'
  | 'omnigent'
  | 'requests'
  | 'openssl'
  | 'node'
  | 'turnspan'

/** What the documentation says of an environment variable. Texts are Markdown. */
export interface Described {
  readonly meaning: string
  /** What counts when it is unset. */
  readonly defaultText: string
  readonly group: VariableGroup
  readonly source: VariableSource
}

/** An environment variable that turnspan reads. */
export interface Variable extends Described {
  /** What it may hold, as the rest of a sentence that begins with its name. */
  readonly accepts: string
}
