import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { MlflowConfig } from '../../src/config/config.ts'
import type { PendingTraceInfo } from '../../src/export/trace-info/pending-trace-info.ts'
import type { TargetHints } from '../../src/mlflow/preparation.ts'
import { createMlflowTarget } from '../../src/mlflow/target.ts'
import { type Diagnostic, onDiagnostic, resetDiagnosed } from '../../src/runtime/diagnostics.ts'
import { mlflowError, type Reply, type Seen, scripted, targetConfig } from './scripted-server.ts'

let said: Diagnostic[]
let stop: () => void

beforeEach(() => {
  said = []
  resetDiagnosed()
  stop = onDiagnostic((diagnostic) => said.push(diagnostic))
})
afterEach(() => stop())

const codes = (): string[] => said.map(({ code }) => code)
const hex = '0af7651916cd43dd8448eb211c80319c'
const completion: PendingTraceInfo = {
  traceId: hex,
  startTimeMs: 1_795_247_534_296.7,
  endTimeMs: 1_795_247_535_530.9,
  state: 'OK',
  metadata: {},
  tags: {},
  rootIsRemote: false,
}

/** Answers as MLflow does, with experiment 5 for every name. */
const mlflow = ({ path }: Seen): Reply => {
  if (path.endsWith('server-info')) return { body: { store_type: 'SqlStore', workspaces_enabled: false } }
  if (path.endsWith('experiments/search')) return { body: {} }
  if (path.endsWith('experiments/create')) return { body: { experiment_id: '5' } }
  if (path.includes('experiments/get')) return { body: { experiment: { experiment_id: '3', name: 'e' } } }
  return { body: {} }
}

test('resolves the experiment once for all who ask, and says which', async () => {
  await using server = await scripted(mlflow)
  const target = createMlflowTarget(targetConfig(server.origin), { serviceName: 'shop' })
  expect(await target.headers()).toEqual({})
  const [one, two] = await Promise.all([target.prepare(), target.prepare()])
  const headers = { 'x-mlflow-experiment-id': '5' }
  expect(one).toEqual({ mlflow: true, experimentId: '5', experimentName: 'shop', headers })
  expect(two).toEqual(one)
  expect(server.seen.map(({ path }) => path.split('/').at(-1))).toEqual(['search', 'create'])
  expect(said.map(({ code, data }) => [code, data.experimentId, data.experimentName])).toEqual([
    ['TS_EXPERIMENT', '5', 'shop'],
  ])
})

test.each<[Partial<MlflowConfig>, TargetHints, string]>([
  [{ experimentName: 'given' }, { serviceName: 's', agentName: () => 'a' }, 'given'],
  [{}, { serviceName: 's', agentName: () => 'a' }, 's'],
  [{}, { agentName: () => 'a' }, 'a'],
  [{}, { agentName: () => undefined }, 'Default'],
  [{}, {}, 'Default'],
  [{ experimentId: 'not-a-number' }, { serviceName: 's' }, 's'],
])('names the experiment of %j and %j %s', async (config, hints, name) => {
  await using server = await scripted(mlflow)
  const target = createMlflowTarget(targetConfig(server.origin, {}, config), hints)
  expect((await target.prepare()).experimentName).toBe(name)
})

test('takes a configured ID without waiting for the server, and checks it behind', async () => {
  await using server = await scripted(() => undefined)
  const target = createMlflowTarget(targetConfig(server.origin, {}, { experimentId: '3' }), {})
  expect(await target.prepare()).toEqual({
    mlflow: true,
    experimentId: '3',
    headers: { 'x-mlflow-experiment-id': '3' },
  })
})

test('sends credentials, workspace and run to the endpoint of the same origin', async () => {
  await using server = await scripted(mlflow)
  const settings = { auth: { token: 't' }, workspace: 'w', runId: 'r', experimentId: '3' }
  const target = createMlflowTarget(targetConfig(server.origin, {}, settings), {})
  expect((await target.prepare()).headers).toEqual({
    authorization: 'Bearer t',
    'x-mlflow-workspace': 'w',
    'x-mlflow-experiment-id': '3',
    'x-mlflow-run-id': 'r',
  })
})

test('keeps credentials from an endpoint that they are not for', async () => {
  await using server = await scripted(mlflow)
  const settings = { auth: { token: 't' }, authOnEndpoint: false, experimentId: '3' }
  const target = createMlflowTarget(targetConfig(server.origin, {}, settings), {})
  expect((await target.prepare()).headers).toEqual({ 'x-mlflow-experiment-id': '3' })
})

test('shows the headers of the endpoint to the REST API of the same origin only', async () => {
  const headers = { 'x-api-key': 'k', authorization: 'Bearer mine', 'x-mlflow-experiment-id': '' }
  await using near = await scripted(mlflow)
  await createMlflowTarget(targetConfig(near.origin, { headers }), {}).prepare()
  expect(near.seen[0]?.headers).toMatchObject({ 'x-api-key': 'k', authorization: 'Bearer mine' })
  await using far = await scripted(mlflow)
  const elsewhere = { headers, httpEndpoint: 'https://collector.example/v1/traces' }
  await createMlflowTarget(targetConfig(far.origin, elsewhere), {}).prepare()
  expect(far.seen[0]?.headers['x-api-key']).toBeUndefined()
  expect(far.seen[0]?.headers.authorization).toBeUndefined()
})

test('takes experiment and workspace from the headers of the endpoint', async () => {
  await using server = await scripted(mlflow)
  const headers = { 'x-mlflow-experiment-id': '9', 'x-mlflow-workspace': 'team' }
  const target = createMlflowTarget(targetConfig(server.origin, { headers }), {})
  expect(await target.prepare()).toMatchObject({ experimentId: '9', headers })
})

test('asks an endpoint whether it is MLflow', async () => {
  await using server = await scripted(mlflow)
  const target = createMlflowTarget(targetConfig(`${server.origin}/pre`, { isMlflow: 'ask' }), {})
  expect((await target.prepare()).experimentId).toBe('5')
  expect(server.seen[0]?.path).toBe('/pre/api/3.0/mlflow/server-info')
})

test('knows an older MLflow by its version and health', async () => {
  await using server = await scripted((request) => {
    if (request.path.endsWith('server-info')) return { status: 404, body: '<html>' }
    if (request.path === '/version') return { body: '3.6.0' }
    return request.path === '/health' ? { body: 'OK' } : mlflow(request)
  })
  const target = createMlflowTarget(targetConfig(server.origin, { isMlflow: 'ask' }), {})
  expect((await target.prepare()).mlflow).toBe(true)
})

test('adds nothing for a collector until it asks for the experiment', async () => {
  let isMlflow = false
  await using server = await scripted((request) =>
    isMlflow ? mlflow(request) : { status: 404, body: '404 page not found' },
  )
  const target = createMlflowTarget(targetConfig(server.origin, { isMlflow: 'ask' }), {})
  expect(await target.prepare()).toEqual({ mlflow: false, headers: {} })
  await target.finishTrace(completion)
  expect(server.seen.filter(({ method }) => method === 'POST')).toHaveLength(0)
  isMlflow = true
  target.learnIsMlflow()
  expect(await target.prepare()).toMatchObject({ mlflow: true, experimentId: '5' })
})

test.each(['no', 'ask'] as const)('asks nothing over gRPC where isMlflow is %j', async (isMlflow) => {
  await using server = await scripted(mlflow)
  const target = createMlflowTarget(targetConfig(server.origin, { isMlflow, protocol: 'grpc' }), {})
  expect((await target.prepare()).mlflow).toBe(false)
  expect(server.seen).toHaveLength(0)
})

test('lets spans wait while the endpoint cannot be reached or is not available, but not for ever', async () => {
  const gone = await scripted(mlflow)
  await gone[Symbol.asyncDispose]()
  const away = createMlflowTarget(targetConfig(gone.origin, { isMlflow: 'ask' }), {})
  await expect(away.prepare()).rejects.toMatchObject({ retryable: true, failure: 'network' })
  await using server = await scripted(() => ({ status: 502 }))
  const target = createMlflowTarget(targetConfig(server.origin, { isMlflow: 'ask' }), {})
  await expect(target.prepare()).rejects.toMatchObject({ retryable: true })
  await expect(target.prepare()).rejects.toMatchObject({ retryable: true })
  expect((await target.prepare()).mlflow).toBe(false)
})

test('asks for the experiment again after a failure that may pass', async () => {
  await using server = await scripted((request, i) => (i < 2 ? { status: 503 } : mlflow(request)))
  const target = createMlflowTarget(targetConfig(server.origin), {})
  await expect(target.prepare()).rejects.toMatchObject({ retryable: true, status: 503 })
  expect((await target.prepare()).experimentId).toBe('5')
})

test('remembers a failure that will not pass', async () => {
  await using server = await scripted(() => ({ status: 403, body: 'Permission denied' }))
  const target = createMlflowTarget(targetConfig(server.origin), {})
  await expect(target.prepare()).rejects.toMatchObject({ retryable: false, status: 403 })
  await expect(target.prepare()).rejects.toMatchObject({ retryable: false, status: 403 })
  expect(server.seen).toHaveLength(1)
})

test('takes a refused token for one that is being rotated when it comes from a file', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'turnspan-target-'))
  const tokenFile = join(dir, 'token')
  await writeFile(tokenFile, 'old')
  await using server = await scripted((request) =>
    request.headers.authorization === 'Bearer new' ? mlflow(request) : { status: 401 },
  )
  const target = createMlflowTarget(targetConfig(server.origin, {}, { auth: { tokenFile } }), {})
  await expect(target.prepare()).rejects.toMatchObject({ retryable: true, status: 401 })
  await writeFile(tokenFile, 'new')
  expect(await target.refreshAuth()).toBe(true)
  expect((await target.prepare()).headers.authorization).toBe('Bearer new')
  await rm(dir, { recursive: true })
})

test('sends without an experiment, and says so once, where the REST API is not MLflow', async () => {
  await using server = await scripted(() => ({ status: 404, body: '404 page not found' }))
  const settings = { experimentName: 'agent' }
  const target = createMlflowTarget(targetConfig(server.origin, {}, settings), {})
  expect(await target.prepare()).toEqual({ mlflow: true, headers: {} })
  await createMlflowTarget(targetConfig(server.origin, {}, settings), {}).prepare()
  expect(codes()).toEqual(['TS_EXPERIMENT_UNRESOLVED'])
  expect(said[0]?.message).toContain('MLFLOW_EXPERIMENT_ID')
})

test('says that the workspace does not exist', async () => {
  const reply = mlflowError(404, 'RESOURCE_DOES_NOT_EXIST', "Workspace 'nope' not found")
  await using server = await scripted(() => reply)
  const target = createMlflowTarget(targetConfig(server.origin, {}, { workspace: 'nope' }), {})
  await expect(target.prepare()).rejects.toMatchObject({ retryable: false })
  expect(codes()).toEqual(['TS_WORKSPACE_UNKNOWN'])
  expect(said[0]?.message).toContain("Workspace 'nope' not found")
})

test('writes the full row of a trace that began here', async () => {
  await using server = await scripted(mlflow)
  const target = createMlflowTarget(targetConfig(server.origin, {}, { experimentId: '3' }), {})
  await target.prepare()
  await target.finishTrace({
    ...completion,
    state: 'ERROR',
    name: 'root',
    metadata: { long: `${'x'.repeat(249)}😀`, free: 'f' },
    tags: { team: 'a' },
    clientRequestId: 'c-1',
    requestPreview: 'é'.repeat(2000),
  })
  const post = server.seen.find(({ method }) => method === 'POST')
  expect(post?.path).toBe('/api/3.0/mlflow/traces')
  expect(post?.body).toEqual({
    trace: {
      trace_info: {
        trace_id: `tr-${hex}`,
        client_request_id: 'c-1',
        trace_location: { type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id: '3' } },
        request_time: '2026-11-21T07:52:14.296Z',
        execution_duration: '1.234s',
        state: 'ERROR',
        request_preview: `${'é'.repeat(997)}...`,
        trace_metadata: { 'mlflow.trace_schema.version': '3', long: 'x'.repeat(249), free: 'f' },
        tags: { team: 'a', 'mlflow.traceName': 'root' },
      },
    },
  })
  expect(codes()).toEqual(['TS_METADATA_CUT'])
})

const remote = { ...completion, rootIsRemote: true, name: 'here', tags: { t: 'new' } }
const stored = {
  trace_id: `tr-${hex}`,
  trace_location: { type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id: '8' } },
  request_time: '2026-11-21T07:52:14.000Z',
  execution_duration: '9.5s',
  trace_metadata: { kept: 'k' },
  tags: { t: 'old', other: 'o' },
  later_field: { kept: true },
}
const withStored =
  (row: object) =>
  (request: Seen): Reply =>
    request.method === 'GET' && request.path.includes('/traces/')
      ? { body: { trace: { trace_info: row } } }
      : mlflow(request)
const posted = (seen: readonly Seen[]): unknown[] =>
  seen
    .filter(({ method }) => method === 'POST')
    .map(({ body }) => (body as { trace: { trace_info: unknown } }).trace.trace_info)

test('finishes a remote trace that is still open, never shortens it, and keeps all else', async () => {
  await using server = await scripted(withStored({ ...stored, state: 'IN_PROGRESS' }))
  const target = createMlflowTarget(targetConfig(server.origin, {}, { experimentId: '3' }), {})
  await target.finishTrace({ ...remote, metadata: { m: '1' }, responsePreview: 'r' })
  expect(posted(server.seen)).toEqual([
    {
      ...stored,
      state: 'OK',
      execution_duration: '9.500s',
      response_preview: 'r',
      trace_metadata: { 'mlflow.trace_schema.version': '3', kept: 'k', m: '1' },
      tags: { t: 'new', other: 'o', 'mlflow.traceName': 'here' },
    },
  ])
})

test('lengthens a remote trace where ours lasted longer', async () => {
  const row = {
    ...stored,
    state: 'IN_PROGRESS',
    request_time: '2026-11-21T07:52:15Z',
    execution_duration: '0.1s',
  }
  await using server = await scripted(withStored(row))
  const target = createMlflowTarget(targetConfig(server.origin, {}, { experimentId: '3' }), {})
  await target.finishTrace(remote)
  expect(posted(server.seen)).toMatchObject([
    { request_time: '2026-11-21T07:52:14.296Z', execution_duration: '1.234s' },
  ])
})

test('adds only metadata to a remote trace whose root has come', async () => {
  await using server = await scripted(withStored({ ...stored, state: 'ERROR' }))
  const target = createMlflowTarget(targetConfig(server.origin, {}, { experimentId: '3' }), {})
  await target.finishTrace(remote)
  expect(posted(server.seen)).toEqual([])
  await target.finishTrace({ ...remote, metadata: { m: '1' } })
  const trace_metadata = { 'mlflow.trace_schema.version': '3', kept: 'k', m: '1' }
  expect(posted(server.seen)).toEqual([{ ...stored, state: 'ERROR', trace_metadata }])
})

test('adds tags and metadata to a trace whose root another process sends, and leaves its state alone', async () => {
  const row = { ...stored, state: 'IN_PROGRESS' }
  await using server = await scripted(withStored(row))
  const target = createMlflowTarget(targetConfig(server.origin, {}, { experimentId: '3' }), {})
  const part = { ...remote, rootElsewhere: true, tags: { t: 'new', u: 'v' } } as const
  // Every span says these two.
  await target.finishTrace({ ...part, metadata: { 'mlflow.trace.user': 'u', 'mlflow.trace.session': 's' } })
  const patched = server.seen.filter(({ method }) => method === 'PATCH')
  expect(patched.map(({ path, body }) => [path, body])).toEqual([
    [`/api/3.0/mlflow/traces/tr-${hex}/tags`, { key: 't', value: 'new' }],
    [`/api/3.0/mlflow/traces/tr-${hex}/tags`, { key: 'u', value: 'v' }],
  ])
  expect(posted(server.seen)).toEqual([])
  await target.finishTrace({ ...part, tags: {}, metadata: { m: '1' }, clientRequestId: 'c' })
  const trace_metadata = { 'mlflow.trace_schema.version': '3', kept: 'k', m: '1' }
  expect(posted(server.seen)).toEqual([{ ...row, trace_metadata, client_request_id: 'c' }])
})

test('says that a trace was dropped when it is not in the workspace', async () => {
  await using server = await scripted((request) =>
    request.path.includes('/traces/')
      ? mlflowError(404, 'RESOURCE_DOES_NOT_EXIST', 'not found')
      : mlflow(request),
  )
  const settings = { experimentId: '3', workspace: 'team' }
  const target = createMlflowTarget(targetConfig(server.origin, {}, settings), {})
  await target.verifyStored(hex)
  expect(codes()).toEqual([])
  await target.prepare()
  await target.verifyStored(hex)
  await target.finishTrace(remote)
  expect(codes()).toEqual(['TS_TRACE_NOT_STORED', 'TS_TRACE_NOT_STORED'])
})

test('passes on what fails while a trace is finished', async () => {
  await using server = await scripted((request) =>
    request.method === 'POST' ? { status: 503 } : mlflow(request),
  )
  const target = createMlflowTarget(targetConfig(server.origin, {}, { experimentId: '3' }), {})
  await expect(target.finishTrace(completion)).rejects.toMatchObject({ retryable: true, status: 503 })
})
