import { afterEach, beforeEach, expect, test } from 'vitest'
import { createAuth } from '../../src/mlflow/auth.ts'
import { checkExperiment, findOrCreateExperiment, nameFilter } from '../../src/mlflow/experiments.ts'
import { createRest, type Rest } from '../../src/mlflow/rest.ts'
import { type Diagnostic, onDiagnostic } from '../../src/runtime/diagnostics.ts'
import { mlflowError, type Reply, restConfig, scripted } from './scripted-server.ts'

let said: Diagnostic[]
let stop: () => void

beforeEach(() => {
  said = []
  stop = onDiagnostic((diagnostic) => said.push(diagnostic))
})
afterEach(() => stop())

const connect = (baseUrl: string): Rest =>
  createRest(restConfig(baseUrl, { maxRetries: 0 }), { insecure: false }, createAuth({}))

test.each([
  ['plain', "name = 'plain'"],
  ["it's", `name = "it's"`],
  ['say "hi"', `name = 'say "hi"'`],
  [`it's "both" \\`, `name LIKE 'it_s "both" _'`],
])('finds %j by the filter %s', (name, filter) => {
  expect(nameFilter(name)).toBe(filter)
})

test('uses search and create only, and searches again when another process was faster', async () => {
  const row = { experiment_id: '7', name: 'agent', lifecycle_stage: 'active' }
  const replies: Reply[] = [
    { body: {} },
    mlflowError(400, 'RESOURCE_ALREADY_EXISTS'),
    { body: { experiments: [row] } },
  ]
  await using server = await scripted((_, i) => replies[i])
  const found = await findOrCreateExperiment(connect(server.origin), 'agent')
  expect(found).toEqual({ id: '7', name: 'agent', lifecycleStage: 'active', tags: {} })
  expect(server.seen.map(({ path }) => path.split('/').at(-1))).toEqual(['search', 'create', 'search'])
  expect(server.seen[0]?.body).toEqual({
    filter: "name = 'agent'",
    max_results: 1000,
    view_type: 'ACTIVE_ONLY',
  })
  expect(server.seen[1]?.body).toEqual({
    name: 'agent',
    tags: [{ key: 'mlflow.experimentKind', value: 'genai_development' }],
  })
})

test('looks through all pages for exactly this name', async () => {
  const name = `a'b"c`
  const pages: Reply[] = [
    { body: { experiments: [{ experiment_id: '1', name: `a_b"c` }], next_page_token: 'next' } },
    { body: { experiments: [{ experiment_id: '2', name }] } },
  ]
  await using server = await scripted((_, i) => pages[i])
  expect((await findOrCreateExperiment(connect(server.origin), name)).id).toBe('2')
  expect(server.seen[1]?.body).toMatchObject({ page_token: 'next' })
})

test('says that a taken name may belong to an experiment that cannot be seen', async () => {
  await using server = await scripted(({ path }) =>
    path.endsWith('create') ? mlflowError(400, 'RESOURCE_ALREADY_EXISTS') : { body: {} },
  )
  await expect(findOrCreateExperiment(connect(server.origin), 'x')).rejects.toThrow(
    /belongs to an experiment that this user cannot see/,
  )
})

test('says with advice that an experiment ID is a name', async () => {
  await using server = await scripted(() => ({}))
  await checkExperiment(connect(server.origin), 'my-agent')
  expect(said.map(({ code }) => code)).toEqual(['TS_EXPERIMENT_ID'])
  expect(said[0]?.message).toContain('MLFLOW_EXPERIMENT_NAME')
  expect(server.seen).toHaveLength(0)
})

test.each<[string, Reply]>([
  ['refuses', { status: 403, body: 'Permission denied' }],
  ['does not know the call', { status: 404, body: 'not found' }],
  ['is not available', { status: 503 }],
])('does not complain about an experiment where the server %s', async (_, reply) => {
  await using server = await scripted(() => reply)
  await checkExperiment(connect(server.origin), '1')
  expect(said.map(({ code, level }) => [code, level])).toEqual([['TS_EXPERIMENT_UNCHECKED', 'info']])
})
