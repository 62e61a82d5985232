import { type AttributeValue, hexOfBase64 } from './decoded-span.ts'
import { parseExactJson } from './exact-json.ts'
import { until } from './until.ts'

/** Who asks, and in which workspace. */
export interface MlflowReadOptions {
  readonly username?: string
  readonly password?: string
  readonly token?: string
  readonly workspace?: string
}

/** MLflow's REST row of a trace. */
export interface MlflowTraceInfo {
  readonly trace_id: string
  readonly trace_location: {
    readonly type: string
    readonly mlflow_experiment?: { readonly experiment_id: string }
  }
  readonly request_time: string
  readonly execution_duration?: string
  readonly state: 'OK' | 'ERROR' | 'IN_PROGRESS' | 'STATE_UNSPECIFIED'
  readonly client_request_id?: string
  readonly request_preview?: string
  readonly response_preview?: string
  readonly trace_metadata?: Readonly<Record<string, string>>
  readonly tags?: Readonly<Record<string, string>>
  readonly assessments?: readonly Readonly<Record<string, unknown>>[]
}

/** A span as MLflow's page gets it; attribute values decoded from their JSON text, ids in hex. */
export interface MlflowSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string | undefined
  readonly name: string
  /** `mlflow.spanType`. */
  readonly type: AttributeValue | undefined
  readonly inputs: AttributeValue | undefined
  readonly outputs: AttributeValue | undefined
  readonly startTimeUnixNano: bigint
  readonly endTimeUnixNano: bigint
  readonly status: { readonly code: 'OK' | 'ERROR' | 'UNSET'; readonly message: string }
  readonly attributes: Readonly<Record<string, AttributeValue>>
  readonly events: readonly {
    readonly name: string
    readonly attributes: Readonly<Record<string, AttributeValue>>
  }[]
  readonly links: readonly {
    readonly trace_id: string
    readonly span_id: string
    readonly attributes: unknown
  }[]
}

/** An answer of MLflow that is not 2xx. */
export class MlflowAnswerError extends Error {
  readonly status: number
  constructor(request: string, status: number, body: string) {
    super(`${request} answered ${status}: ${body.slice(0, 500)}`)
    this.name = 'MlflowAnswerError'
    this.status = status
  }
}

/** Reads what really arrived in an MLflow server. Trace ids may be hex, `tr-<hex>` or `resp_<hex>`. */
export interface MlflowReader {
  /** Any call, path from `/api` on; the parsed answer. */
  call(method: string, path: string, body?: unknown): Promise<unknown>
  /** Makes an experiment, gives its id. */
  createExperiment(name: string): Promise<string>
  /** The experiment of that name, `undefined` when there is none. */
  experimentByName(name: string): Promise<MlflowExperiment | undefined>
  createWorkspace(name: string): Promise<void>
  traceInfo(id: string): Promise<MlflowTraceInfo>
  /** Polls until the trace exists and `done` holds: by default until its state is final. */
  waitForTrace(
    id: string,
    done?: (info: MlflowTraceInfo) => boolean,
    timeoutMs?: number,
  ): Promise<MlflowTraceInfo>
  /** Spans in the order of the server, through the endpoint that the page uses. */
  spans(id: string): Promise<MlflowSpan[]>
  /** Polls until at least `count` spans of the trace are there. */
  waitForSpans(id: string, count: number, timeoutMs?: number): Promise<MlflowSpan[]>
  /** The OTLP form of `traces/get`, untouched but for exact integers. */
  spansRaw(id: string): Promise<Record<string, unknown>[]>
  search(filter: string, experimentIds: readonly string[]): Promise<MlflowTraceInfo[]>
  /** `traces/metrics`; gives the data points. */
  metrics(body: Readonly<Record<string, unknown>>): Promise<MlflowDataPoint[]>
}

/** An experiment as REST tells it. */
export interface MlflowExperiment {
  readonly experiment_id: string
  readonly name: string
  readonly lifecycle_stage: string
  readonly tags?: readonly { readonly key: string; readonly value: string }[]
}

/** One number of the Overview dashboard. */
export interface MlflowDataPoint {
  readonly metric_name: string
  readonly dimensions: Readonly<Record<string, string>>
  readonly values: Readonly<Record<string, number>>
}

const api = '/api/3.0/mlflow'

/** A reader for the server at `url`. */
export function mlflowReader(url: string, options: MlflowReadOptions = {}): MlflowReader {
  const call = (method: string, path: string, body?: unknown): Promise<unknown> =>
    request(url + path, method, headersFor(options), body)
  const traceInfo = async (id: string): Promise<MlflowTraceInfo> => {
    const answer = await call('GET', `${api}/traces/${mlflowTraceId(id)}`)
    return (answer as { trace: { trace_info: MlflowTraceInfo } }).trace.trace_info
  }
  const spans = async (id: string): Promise<MlflowSpan[]> => {
    const answer = await call(
      'GET',
      `/ajax-api/3.0/mlflow/get-trace-artifact?request_id=${mlflowTraceId(id)}`,
    )
    return (answer as { spans: WireSpan[] }).spans.map(readSpan)
  }
  return {
    call,
    traceInfo,
    spans,
    createExperiment: async (name) => {
      const answer = await call('POST', '/api/2.0/mlflow/experiments/create', { name })
      return (answer as { experiment_id: string }).experiment_id
    },
    experimentByName: (name) => experimentByName(call, name),
    createWorkspace: async (name) => {
      await call('POST', `${api}/workspaces`, { name })
    },
    waitForTrace: (id, done = (info) => info.state === 'OK' || info.state === 'ERROR', timeoutMs = 15_000) =>
      until(
        async () => {
          const info = await traceInfo(id)
          if (done(info)) return info
          throw new Error(`it is ${JSON.stringify(info)}`)
        },
        { what: `trace ${mlflowTraceId(id)} in MLflow`, timeoutMs },
      ),
    waitForSpans: (id, count, timeoutMs = 15_000) =>
      until(
        async () => {
          const found = await spans(id)
          if (found.length >= count) return found
          throw new Error(`there are ${found.length}: ${found.map((span) => span.name).join(', ')}`)
        },
        { what: `${count} spans of trace ${mlflowTraceId(id)} in MLflow`, timeoutMs },
      ),
    spansRaw: async (id) => {
      const answer = await call('GET', `${api}/traces/get?trace_id=${mlflowTraceId(id)}`)
      return (answer as { trace: { spans?: Record<string, unknown>[] } }).trace.spans ?? []
    },
    search: (filter, experimentIds) => search(call, filter, experimentIds),
    metrics: async (body) => {
      const answer = await call('POST', `${api}/traces/metrics`, body)
      return (answer as { data_points?: MlflowDataPoint[] }).data_points ?? []
    },
  }
}

/** `tr-<hex>` for hex, `tr-<hex>` or `resp_<hex>`. */
export function mlflowTraceId(id: string): string {
  return `tr-${id.replace(/^(tr-|resp_)/, '')}`
}

type Call = MlflowReader['call']

async function experimentByName(call: Call, name: string): Promise<MlflowExperiment | undefined> {
  const query = `experiment_name=${encodeURIComponent(name)}`
  try {
    const answer = await call('GET', `/api/2.0/mlflow/experiments/get-by-name?${query}`)
    return (answer as { experiment: MlflowExperiment }).experiment
  } catch (error) {
    if (error instanceof MlflowAnswerError && error.status === 404) return undefined
    throw error
  }
}

async function search(call: Call, filter: string, ids: readonly string[]): Promise<MlflowTraceInfo[]> {
  const locations = ids.map((id) => ({ type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id: id } }))
  const found: MlflowTraceInfo[] = []
  let token: string | undefined
  do {
    const page = token === undefined ? {} : { page_token: token }
    const answer = (await call('POST', `${api}/traces/search`, {
      locations,
      filter,
      max_results: 500,
      ...page,
    })) as {
      traces?: MlflowTraceInfo[]
      next_page_token?: string
    }
    found.push(...(answer.traces ?? []))
    // A last full page carries a token as well; the page after it is empty.
    token = answer.traces?.length === 500 ? answer.next_page_token : undefined
  } while (token !== undefined)
  return found
}

function headersFor(options: MlflowReadOptions): Record<string, string> {
  const { username, password, token, workspace } = options
  return {
    ...(username === undefined
      ? {}
      : { authorization: `Basic ${Buffer.from(`${username}:${password ?? ''}`).toString('base64')}` }),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(workspace === undefined ? {} : { 'x-mlflow-workspace': workspace }),
  }
}

async function request(
  url: string,
  method: string,
  headers: Record<string, string>,
  body?: unknown,
): Promise<unknown> {
  const answer = await fetch(url, {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  if (!answer.ok) throw new MlflowAnswerError(`${method} ${new URL(url).pathname}`, answer.status, text)
  return text === '' ? undefined : parseExactJson(text)
}

interface WireSpan {
  readonly trace_id: string
  readonly span_id: string
  readonly parent_span_id: string | null
  readonly name: string
  readonly start_time_unix_nano: bigint | number
  readonly end_time_unix_nano: bigint | number
  readonly status: { readonly code: string; readonly message?: string }
  readonly attributes: Readonly<Record<string, string>>
  readonly events: MlflowSpan['events']
  readonly links: MlflowSpan['links']
}

function readSpan(span: WireSpan): MlflowSpan {
  const attributes = Object.fromEntries(
    Object.entries(span.attributes).map(([key, text]) => [key, parseExactJson(text) as AttributeValue]),
  )
  return {
    traceId: hexOfBase64(span.trace_id),
    spanId: hexOfBase64(span.span_id),
    parentSpanId: span.parent_span_id === null ? undefined : hexOfBase64(span.parent_span_id),
    name: span.name,
    type: attributes['mlflow.spanType'],
    inputs: attributes['mlflow.spanInputs'],
    outputs: attributes['mlflow.spanOutputs'],
    startTimeUnixNano: BigInt(span.start_time_unix_nano),
    endTimeUnixNano: BigInt(span.end_time_unix_nano),
    status: {
      code: span.status.code.replace('STATUS_CODE_', '') as MlflowSpan['status']['code'],
      message: span.status.message ?? '',
    },
    attributes,
    events: span.events,
    links: span.links,
  }
}
