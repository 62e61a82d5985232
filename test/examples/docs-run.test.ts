import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { transform } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { assembleApp, type BuiltApp } from '../support/built.ts'
import { type NodeResult, runNode } from '../support/child.ts'
import { type OtlpHttpCollector, startOtlpHttp } from '../support/collector.ts'
import { fixtureModules } from '../support/integrations.ts'
import { nodeBinary } from '../support/node-versions.ts'
import { type Provider, startProvider } from '../support/provider/server.ts'
import { NOT_RUN } from './not-run.ts'
import { asModules, type Block, blocksOf, pages } from './pages.ts'

const firstLine = ({ code }: Block): string => code.split('\n')[0] ?? ''
const place = ({ page, line }: Block): string => `${page}:${line}`
const isListed = (block: Block): boolean =>
  NOT_RUN.some(({ page, first }) => page === block.page && first === firstLine(block))

const programs = asModules(pages.flatMap((page) => blocksOf(page, 'ts', 'js')))
const commands = pages.flatMap((page) => blocksOf(page, 'sh'))

/** A command that runs a program of its page, `NAME=value node file`; no other is run. */
const NODE = /^((?:[A-Z_]+=\S+ )*)node (\S+\.m?js)$/

let app: BuiltApp
let node: string
let provider: Provider
let collector: OtlpHttpCollector
let runs = 0
beforeAll(async () => {
  // Some packages need more than the oldest Node.
  node = await nodeBinary(22)
  provider = await startProvider()
  collector = await startOtlpHttp()
  const modules = await fixtureModules(fileURLToPath(new URL('./fixtures/docs', import.meta.url)))
  app = await assembleApp({ modules, programs: [] })
}, 300_000)
afterAll(async () => {
  await app.remove()
  await provider.stop()
  await collector.stop()
})

/** Servers of the tests in the place of those that the pages name. */
const onLoopback = (text: string): string =>
  text
    .replaceAll('http://localhost:5000', collector.url)
    .replaceAll('http://localhost:4318', collector.url)
    .replaceAll('https://collector.example.com', collector.url)

async function run(program: string, env: Readonly<Record<string, string>> = {}): Promise<NodeResult> {
  runs += 1
  const model = provider.address('hello', `docs${runs}`)
  return runNode(program, {
    cwd: app.dir,
    nodeBinary: node,
    env: {
      OPENAI_API_KEY: 'sk-test',
      OPENAI_BASE_URL: `${model}/v1`,
      // The Agents SDK would send traces of its own to OpenAI.
      OPENAI_AGENTS_DISABLE_TRACING: '1',
      ANTHROPIC_API_KEY: 'sk-test',
      ANTHROPIC_BASE_URL: model,
      GROQ_API_KEY: 'gsk-test',
      GROQ_BASE_URL: model,
      TOGETHER_API_KEY: 'tg-test',
      TOGETHER_BASE_URL: `${model}/v1`,
      MISTRAL_API_KEY: 'key',
      MISTRAL_SERVER_URL: model,
      CO_API_KEY: 'key',
      CO_API_URL: model,
      GEMINI_API_KEY: 'test',
      GOOGLE_GEMINI_BASE_URL: model,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      HOME: app.dir,
      ...env,
    },
  })
}

async function runProgram(code: string): Promise<NodeResult> {
  // Decorators and `using` are for newer Nodes, or for a compiler.
  const { code: plain } = await transform(onLoopback(code), { loader: 'ts', target: 'node20', format: 'esm' })
  const file = join(app.dir, `block-${runs}.mjs`)
  await writeFile(file, plain)
  return run(file)
}

describe('the code in the documentation', { timeout: 120_000 }, () => {
  const runnable = programs.filter(({ block }) => !isListed(block))
  test.each(runnable.map(({ block, code }) => [place(block), code] as const))(
    '%s runs',
    async (_place, code) => {
      const { code: exit, stderr } = await runProgram(code)
      expect(`${exit} ${stderr}`).toMatch(/^0 /)
      expect(stderr).not.toMatch(/TS_(OPTION_UNKNOWN|ARGUMENT|CONFIG_INVALID|INIT_FAILED|INSTRUMENT_\w+)/)
    },
  )

  test('is started by the commands beside it', async () => {
    const started: string[] = []
    for (const command of commands.filter((block) => !isListed(block))) {
      const [, variables = '', file = ''] = NODE.exec(onLoopback(command.code.trim())) ?? []
      if (file === '') continue
      const [program] = blocksOf(command.page, 'js')
      await writeFile(join(app.dir, file), onLoopback(program?.code ?? ''))
      const env = Object.fromEntries(
        variables
          .trim()
          .split(' ')
          .filter(Boolean)
          .map((pair) => pair.split('=')),
      )
      expect(await run(join(app.dir, file), env), place(command)).toMatchObject({ code: 0 })
      started.push(place(command))
    }
    expect(started.length).toBeGreaterThanOrEqual(2)
    expect(collector.spans().filter(({ name }) => name === 'agent:weather').length).toBeGreaterThanOrEqual(2)
  })

  test('is listed with a reason where it is not run, and only there', async () => {
    const blocks = [...programs.map(({ block }) => block), ...commands]
    // Each entry is there, once.
    for (const { page, first, why } of NOT_RUN) {
      expect(
        blocks.filter((block) => block.page === page && firstLine(block) === first),
        first,
      ).toHaveLength(1)
      expect(why).not.toBe('')
    }
    const missing = commands.filter((block) => !isListed(block) && !NODE.test(block.code.trim())).map(place)
    expect(missing).toEqual([])
  })

  test.each(
    programs.filter(({ block }) => isListed(block)).map(({ block, code }) => [place(block), code] as const),
  )('%s could not be run, as the list says', async (_place, code) => {
    expect((await runProgram(code)).code).not.toBe(0)
  })
})
