import { readdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { assembleApp, type BuiltApp } from '../support/built.ts'
import { runNode } from '../support/child.ts'
import { type OtlpHttpCollector, startOtlpHttp } from '../support/collector.ts'
import { nodeBinary } from '../support/node-versions.ts'
import { makeFolders, type Tree } from './folders.ts'

/** Everything that an integration or the core might be tempted to look for. */
const PACKAGES = [
  'ollama',
  'openai',
  'ai',
  '@anthropic-ai/sdk',
  '@google/genai',
  '@langchain/core',
  '@langchain/openai',
  'groq-sdk',
  'together-ai',
  '@mistralai/mistralai',
  'cohere-ai',
  '@modelcontextprotocol/sdk',
  '@modelcontextprotocol/client',
  '@modelcontextprotocol/server',
  '@opentelemetry/api',
  'turnspan',
]
/** It leaves a file where it ran: the current directory. */
const planted = (as: string): string => `require('node:fs').writeFileSync('${as}', 'ran')`

/** A folder as an attacker prepares it: whatever is loaded from it tells. */
function trap(): Tree {
  const packages = PACKAGES.flatMap((name): [string, string | object][] => {
    const dir = join('node_modules', name)
    const as = `RAN-${name.replaceAll('/', '-')}`
    return [
      [
        join(dir, 'package.json'),
        { name, version: '6.0.0', main: 'index.js', dependencies: { '@opentelemetry/api': '1' } },
      ],
      [join(dir, 'index.js'), planted(as)],
      [
        join(dir, 'index.mjs'),
        `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url); ${planted(as)}`,
      ],
    ]
  })
  return {
    'package.json': { name: 'cloned', dependencies: Object.fromEntries(PACKAGES.map((name) => [name, '*'])) },
    'deeper/package.json': { name: 'deeper', dependencies: { openai: '*' } },
    'turnspan-exit-worker.js': planted('RAN-worker'),
    'turnspan-exit-worker.cjs': planted('RAN-worker'),
    ...Object.fromEntries(packages),
  }
}

let app: BuiltApp
let collector: OtlpHttpCollector
let folder: { dir: string; remove(): Promise<void> }
beforeAll(async () => {
  const modules = await makeFolders({ 'node_modules/none/package.json': {} })
  app = await assembleApp({
    modules: join(modules.dir, 'node_modules'),
    programs: [fileURLToPath(new URL('./programs', import.meta.url))],
  })
  await symlink(
    fileURLToPath(new URL('../../node_modules/@opentelemetry', import.meta.url)),
    join(app.dir, 'node_modules', '@opentelemetry'),
  )
  await modules.remove()
  collector = await startOtlpHttp()
  folder = await makeFolders(trap())
})
afterAll(async () => {
  await app.remove()
  await collector.stop()
  await folder.remove()
})

const auto = JSON.stringify('auto')
const all = [
  'a2a',
  'ag-ui',
  'ai',
  'anthropic',
  'bedrock',
  'claude-agent-sdk',
  'codex',
  'cohere',
  'google-adk',
  'google-genai',
  'groq',
  'langchain',
  'llamaindex',
  'mcp',
  'mistral',
  'openai',
  'openai-agents',
  'opencode',
  'together',
]
const named = JSON.stringify(all)

test.each([
  ['an ES module', 'current-directory.mjs', [], auto, ''],
  ['an ES module that names all', 'current-directory.mjs', [], named, ''],
  ['CommonJS', 'current-directory.cjs', [], auto, ''],
  ['CommonJS that names all', 'current-directory.cjs', [], named, ''],
  ['a folder below', 'current-directory.mjs', [], named, 'deeper'],
  ['the preloaded entry', 'current-directory.mjs', ['--import', 'turnspan/register'], named, ''],
])(
  '%s runs nothing from the directory that it is started in',
  async (_what, program, nodeArgs, wanted, below) => {
    for (const line of [20, 22] as const) {
      const ended = await runNode(app.program(program), {
        cwd: join(folder.dir, below),
        nodeBinary: await nodeBinary(line),
        nodeArgs: nodeArgs.map((one) =>
          one.startsWith('--')
            ? one
            : `${join(app.dir, 'node_modules', one.replace('turnspan/', 'turnspan/dist/'))}.js`,
        ),
        env: {
          ENDPOINT: `${collector.url}/v1/traces`,
          OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.url}/v1/traces`,
          OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
          WANTED: wanted,
        },
      })
      expect({ code: ended.code, ...JSON.parse(ended.stdout) }).toEqual({
        code: 0,
        status: true,
        states: wanted === named ? Array(all.length).fill('not found') : [],
      })
      const left = (await readdir(join(folder.dir, below))).filter((name) => name.startsWith('RAN-'))
      expect(left).toEqual([])
      expect(ended.stderr.match(/TS_INSTRUMENT_NOT_FOUND/g)?.length ?? 0).toBe(
        wanted === named ? all.length : 0,
      )
    }
  },
)
