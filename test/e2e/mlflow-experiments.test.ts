import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, expect, inject, test } from 'vitest'
import { createAuth } from '../../src/mlflow/auth.ts'
import { checkExperiment, findOrCreateExperiment, getExperiment } from '../../src/mlflow/experiments.ts'
import { createRest, type Rest } from '../../src/mlflow/rest.ts'
import { probeMlflow } from '../../src/mlflow/server-info.ts'
import { type Diagnostic, onDiagnostic } from '../../src/runtime/diagnostics.ts'
import { restConfig } from '../mlflow/scripted-server.ts'

const url = inject('mlflowUrl')
const connect = (): Rest =>
  createRest(restConfig(url, { requestTimeoutMs: 30_000 }), { insecure: false }, createAuth({}))
let said: Diagnostic[]
let stop: () => void

beforeEach(() => {
  said = []
  stop = onDiagnostic((diagnostic) => said.push(diagnostic))
})
afterEach(() => stop())

const remove = async (id: string): Promise<void> => {
  await fetch(`${url}/api/2.0/mlflow/experiments/delete`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ experiment_id: id }),
  })
}

test('recognises the server', async () => {
  expect(await probeMlflow(url)).toEqual({ mlflow: true, workspacesEnabled: false })
})

test.each([
  'plain',
  "it's",
  'say "hi"',
  `both ' and "`,
  `back\\slash ' and "`,
  'ends in \\',
  '"quoted"',
  '100%_sure',
  'a; b -- c',
  "x' AND name = 'y",
  'line\nbreak',
  'é 日本 😀',
  '/Users/me@example.com/mlflow/app-agent',
])('makes the experiment %j once and finds it again', async (text) => {
  const name = `${text} ${randomUUID()}${text}`
  const rest = connect()
  const made = await findOrCreateExperiment(rest, name)
  const found = await findOrCreateExperiment(rest, name)
  expect(found).toEqual(made)
  expect(found).toMatchObject({ name, tags: { 'mlflow.experimentKind': 'genai_development' } })
})

test('finds the experiment that always exists', async () => {
  expect((await findOrCreateExperiment(connect(), 'Default')).id).toBe('0')
})

test('gives all who ask at the same time the same experiment', async () => {
  const name = `race ${randomUUID()}`
  const found = await Promise.all(Array.from({ length: 8 }, () => findOrCreateExperiment(connect(), name)))
  expect(new Set(found.map(({ id }) => id)).size).toBe(1)
})

test('says how to restore a deleted experiment of this name', async () => {
  const name = `deleted ${randomUUID()}`
  const { id } = await findOrCreateExperiment(connect(), name)
  await remove(id)
  await expect(findOrCreateExperiment(connect(), name)).rejects.toMatchObject({
    retryable: false,
    message: expect.stringContaining(`mlflow experiments restore --experiment-id ${id}`),
  })
})

test('says that an experiment is deleted, or unknown, and nothing of one that is fine', async () => {
  const rest = connect()
  const { id } = await findOrCreateExperiment(rest, `checked ${randomUUID()}`)
  await checkExperiment(rest, id)
  expect(said).toEqual([])
  await remove(id)
  await checkExperiment(rest, id)
  await checkExperiment(rest, '987654321')
  expect(said.map(({ code }) => code)).toEqual(['TS_EXPERIMENT_DELETED', 'TS_EXPERIMENT_UNKNOWN'])
  expect(said[0]?.message).toContain(`--experiment-id ${id}`)
  expect((await getExperiment(rest, id)).lifecycleStage).toBe('deleted')
})
