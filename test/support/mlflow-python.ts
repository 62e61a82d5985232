import type { AttributeValue } from './decoded-span.ts'
import { parseExactJson } from './exact-json.ts'
import { type MlflowReadOptions, mlflowTraceId } from './mlflow-read.ts'
import { mlflowPython } from './mlflow-version.ts'
import { supportFile } from './python.ts'
import { run } from './run.ts'

/** What `mlflow.get_trace` of the Python client gives. */
export interface PythonTrace {
  readonly info: {
    readonly traceId: string
    readonly experimentId: string
    readonly state: string
    readonly requestTime: number
    readonly executionDuration: number | null
    readonly clientRequestId: string | null
    readonly requestPreview: string | null
    readonly responsePreview: string | null
    readonly metadata: Readonly<Record<string, string>>
    readonly tags: Readonly<Record<string, string>>
    readonly tokenUsage: Readonly<Record<string, number>> | null
    readonly assessments: readonly Readonly<Record<string, unknown>>[]
  }
  readonly spans: readonly PythonSpan[]
}

/** One span of {@link PythonTrace}. */
export interface PythonSpan {
  readonly name: string
  readonly spanId: string
  readonly parentId: string | null
  readonly spanType: string | null
  readonly inputs: AttributeValue
  readonly outputs: AttributeValue
  readonly status: { readonly code: string; readonly description: string }
  readonly startTimeNs: string
  readonly endTimeNs: string
  readonly attributes: Readonly<Record<string, AttributeValue>>
  readonly events: readonly {
    readonly name: string
    readonly timestamp: string
    readonly attributes: unknown
  }[]
  readonly links: readonly {
    readonly traceId: string
    readonly spanId: string
    readonly attributes: unknown
  }[]
}

/** Reads a trace with MLflow's real Python client in a process of its own (about 3 seconds). */
export async function readWithPython(
  url: string,
  traceId: string,
  options: MlflowReadOptions = {},
): Promise<PythonTrace> {
  const python = await mlflowPython()
  const output = await run(python.command, [supportFile('mlflow_read.py'), url, mlflowTraceId(traceId)], {
    env: {
      ...python.env,
      MLFLOW_DISABLE_TELEMETRY: 'true',
      MLFLOW_TRACKING_USERNAME: options.username,
      MLFLOW_TRACKING_PASSWORD: options.password,
      MLFLOW_TRACKING_TOKEN: options.token,
      MLFLOW_WORKSPACE: options.workspace,
      MLFLOW_HTTP_REQUEST_MAX_RETRIES: '1',
    },
  })
  return parseExactJson(output) as PythonTrace
}
