import { type Endpoint, parseEndpoint } from './endpoint.ts'
import { type Reader, type SourceName, subject } from './reader.ts'
import { preview } from './text.ts'

/** What a tracking URI names. */
export type Tracking =
  | { readonly kind: 'server'; readonly name: SourceName; readonly endpoint: Endpoint }
  | { readonly kind: 'databricks'; readonly name: SourceName; readonly profile?: string }

/** What the option and the variable hold together. */
export interface TrackingSources {
  /** The first that can be used. */
  readonly tracking?: Tracking
  /** Those that cannot, with the reason as the rest of a sentence. */
  readonly unusable: readonly { readonly name: SourceName; readonly why: string }[]
}

const START_ONE =
  'a tracking server is needed: run "mlflow server --port 5000" on it and use http://localhost:5000'
const DATABASE = /^(sqlite|postgres(ql)?|mysql|mssql|oracle)(\+\w+)?:/i
const HOST_AND_PORT = /^[a-z0-9_.-]+:\d{1,5}(\/\S*)?$/i

/** Reads the tracking URI, the option before the variable. */
export function readTracking(reader: Reader): TrackingSources {
  const unusable: { name: SourceName; why: string }[] = []
  for (const name of ['trackingUri', 'MLFLOW_TRACKING_URI'] as const) {
    const value = reader.raw(name)
    if (value === undefined) continue
    const tracking = parseTracking(name, value)
    if (tracking) return { tracking, unusable }
    unusable.push({ name, why: objection(value) })
  }
  return { unusable }
}

/** Notes the tracking URIs that cannot be used, once it is known what is used instead. */
export function reportUnusable(reader: Reader, sources: TrackingSources, used: string): void {
  for (const { name, why } of sources.unusable) {
    const instead = sources.tracking ? `${sources.tracking.name} is used instead` : used
    reader.problem(name, `${subject(name)} is ${preview(reader.raw(name))}, ${why}; ${instead}.`)
  }
}

function parseTracking(name: SourceName, value: unknown): Tracking | undefined {
  if (typeof value !== 'string') return undefined
  const text = value.trim()
  const databricks = /^databricks(?::\/\/([^/\s]*)\/?)?$/i.exec(text)
  if (databricks) return { kind: 'databricks', name, ...(databricks[1] && { profile: databricks[1] }) }
  if (!/^https?:\/\//i.test(text)) return undefined
  const endpoint = parseEndpoint(text)
  return endpoint && { kind: 'server', name, endpoint: { ...endpoint, query: '' } }
}

function objection(value: unknown): string {
  if (typeof value !== 'string')
    return 'which is not a string: an http(s):// URL, "databricks" or "databricks://<profile>" is accepted'
  const text = value.trim()
  if (DATABASE.test(text)) return `which is a database; ${START_ONE}`
  if (/^(databricks-)?uc:/i.test(text))
    return 'which is a model registry; "databricks" or "databricks://<profile>" is accepted'
  if (HOST_AND_PORT.test(text)) return `which has no scheme; write http://${text}`
  if (/^file:/i.test(text) || !/^[a-z][a-z0-9+.-]*:/i.test(text))
    return `which is a folder of files; ${START_ONE}`
  return 'which is not the URL of a tracking server: http(s)://…, "databricks" or "databricks://<profile>" is accepted'
}
