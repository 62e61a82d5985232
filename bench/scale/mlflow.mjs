import { readdirSync, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { startMlflow } from '../../test/support/mlflow.ts'
import { mlflowPython } from '../../test/support/mlflow-version.ts'
import { usage } from './descendants.mjs'
import { sendLoad } from './load.mjs'
import { postgresDriver, startPostgres } from './postgres.mjs'

const WARM_UP_SECONDS = 2
const headers = { 'x-mlflow-experiment-id': '0' }

/** Rates of MLflow with each store; `atOnce` is how many requests it has at a time. */
export async function measureMlflow({ templates, seconds }) {
  const rows = []
  for (const template of templates) {
    for (const atOnce of [1, 4]) {
      const server = await startMlflow()
      try {
        const store = { name: 'SQLite', bytes: () => sqliteBytes(server.dir) }
        rows.push(await measure([server], store, template, seconds, atOnce))
      } finally {
        await server.stop()
      }
    }
  }
  const postgres = await startPostgres()
  if (postgres === undefined) return rows
  try {
    const { command, env } = await mlflowPython()
    const driver = [postgresDriver(command), env.PYTHONPATH ?? []].flat().join(delimiter)
    for (const [index, template] of templates.entries()) {
      for (const count of [1, 2])
        rows.push(await onPostgres(postgres, driver, template, seconds, count, index))
    }
  } finally {
    await postgres.stop()
  }
  return rows
}

async function onPostgres(postgres, driver, template, seconds, count, index) {
  const name = `mlflow_${count}_${index}`
  postgres.create(name)
  const env = { _MLFLOW_SERVER_FILE_STORE: postgres.uri(name), PYTHONPATH: driver }
  const servers = []
  try {
    // One after the other: the first makes the tables.
    for (let i = 0; i < count; i += 1) servers.push(await startMlflow({ env }))
    const store = {
      name: postgres.version.replace(/^postgres \(PostgreSQL\) (\S+).*/, 'PostgreSQL $1'),
      bytes: () => postgres.bytes(name),
    }
    return await measure(servers, store, template, seconds, 4)
  } finally {
    await Promise.all(servers.map((server) => server.stop()))
  }
}

async function measure(servers, store, template, seconds, atOnce) {
  const urls = servers.map(({ url }) => url)
  await sendLoad({ urls, template, seconds: WARM_UP_SECONDS, atOnce, headers })
  const before = { python: usage('python'), postgres: usage('postgres'), bytes: store.bytes() }
  const sent = await sendLoad({ urls, template, seconds, atOnce, headers })
  const after = { python: usage('python'), postgres: usage('postgres'), bytes: store.bytes() }
  const perSpan = (name) => ((after[name].cpuSeconds - before[name].cpuSeconds) / sent.spans) * 1e6
  const refused = Object.entries(sent.refused).map(([status, count]) => `${count} × ${status}`)
  return {
    payload: template.payload,
    store: store.name,
    servers: servers.length,
    'at once': atOnce,
    'spans/s': sent.spans / sent.seconds,
    'CPU µs a span': perSpan('python'),
    'database µs a span': perSpan('postgres'),
    'disk bytes a span': (after.bytes - before.bytes) / sent.spans,
    'wire bytes a span': template.bytes / template.spans,
    'RSS MB': after.python.rssMb,
    'slowest request ms': sent.slowestMs,
    refused: refused.join(', ') || 'none',
  }
}

function sqliteBytes(dir) {
  return readdirSync(dir)
    .filter((name) => name.startsWith('m.db'))
    .reduce((sum, name) => sum + statSync(join(dir, name)).size, 0)
}
