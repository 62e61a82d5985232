import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { outline } from '../../examples/run-example.ts'
import { type OtlpHttpCollector, startOtlpHttp } from '../../support/collector.ts'
import { type Provider, startProvider } from '../../support/provider/server.ts'
import { type NextBuild, type NextBundler, nextBuild, nextProgram } from './next-app.ts'
import { type NextServer, startNext } from './next-server.ts'

let provider: Provider
beforeAll(async () => {
  provider = await startProvider()
})
afterAll(() => provider.stop())

/** Of the route in the Edge runtime. */
const OF_EDGE = /TS_NEXT_EDGE|TS_CALL_NOT_TRACED/
const HELLO = 'Hello! How can I help you today?'

/** A running server, and the spans that arrive from it. */
interface Running extends NextServer {
  readonly collector: OtlpHttpCollector
  /** The spans that arrive because of `request`, as a tree. */
  spansOf(request: () => Promise<unknown>, count: number): Promise<string[]>
}

let runs = 0
async function running(
  start: (env: Readonly<Record<string, string>>) => Promise<NextServer>,
): Promise<Running> {
  const collector = await startOtlpHttp()
  const address = provider.address('hello', `next${runs++}`)
  const server = await start({
    BASE_URL: address,
    OPENAI_API_KEY: 'none',
    OPENAI_BASE_URL: `${address}/v1`,
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.url}/v1/traces`,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
  })
  return {
    ...server,
    collector,
    async spansOf(request, count) {
      const before = collector.spans().length
      await request()
      return outline((await collector.waitForSpans(before + count, 30_000)).slice(before))
    },
    async stop() {
      await server.stop()
      await collector.stop()
    },
  }
}

/** The server that `output: 'standalone'` gives, in a folder far from everything that it was built with. */
async function standalone(build: NextBuild): Promise<Standalone> {
  const folder = await mkdtemp(join(tmpdir(), 'turnspan-next-'))
  await cp(join(build.dir, '.next/standalone'), folder, { recursive: true, verbatimSymlinks: true })
  const cwd = join(folder, relative(build.root, build.dir))
  return { folder, program: join(cwd, 'server.js'), cwd }
}

interface Standalone {
  /** The temporary folder that holds it, to be removed. */
  readonly folder: string
  readonly program: string
  readonly cwd: string
}

/** What every route gives, whatever built it. */
function testRoutes(server: () => Running): void {
  it('traces openai in a route handler, whose build kept the settings of the configuration', async () => {
    const { page, spansOf } = server()
    expect(await spansOf(async () => expect(await page('/api/openai')).toBe(HELLO), 1)).toEqual([
      'chat gpt-5',
    ])
    const asked = provider.requests(`next${runs - 1}`).map(({ body }) => JSON.stringify(body))
    expect(asked.at(-1)).toContain('a route handler: kept')
  })

  it('traces the example', async () => {
    const { url, page, spansOf } = server()
    const ask = async (): Promise<void> => {
      const body = JSON.stringify({ question: 'Hello?', session: 's-1' })
      const answer = await fetch(`${url}/api/chat`, { method: 'POST', body })
      expect(await answer.json()).toEqual({ answer: HELLO })
    }
    expect(await spansOf(ask, 2)).toEqual(['agent:support', '> chat gpt-5'])
    expect(await spansOf(async () => expect(await page('/')).toContain(HELLO), 1)).toEqual(['chat gpt-5'])
  })

  it('traces openai in a server component', async () => {
    const { page, spansOf } = server()
    expect(await spansOf(async () => expect(await page('/rsc')).toContain(HELLO), 1)).toEqual(['chat gpt-5'])
  })

  it('traces openai in a server action', async () => {
    const { send, spansOf } = server()
    expect(await spansOf(() => send('/action'), 1)).toEqual(['chat gpt-5'])
  })

  it('answers in the Edge runtime as without turnspan, and says that nothing is traced there', async () => {
    const { page, child, collector } = server()
    const before = collector.spans().length
    expect(await page('/api/edge')).toBe(HELLO)
    expect(child.stderr() + child.stdout()).toMatch(/"openai" is used in the Edge runtime.*\[TS_NEXT_EDGE\]/)
    expect(collector.spans()).toHaveLength(before)
  })
}

/** What is only in the application on Next 16. */
function testPackages(server: () => Running): void {
  it('traces openai in the pages router, which leaves packages out of its bundle', async () => {
    const { page, spansOf } = server()
    expect(await spansOf(async () => expect(await page('/api/legacy')).toBe(HELLO), 1)).toEqual([
      'chat gpt-5',
    ])
  })

  it('traces @anthropic-ai/sdk', async () => {
    const { page, spansOf } = server()
    expect(await spansOf(() => page('/api/anthropic'), 1)).toEqual(['chat claude'])
  })

  it.each(['ai', 'ai-5', 'ai-6'])('traces the AI SDK, installed as "%s"', async (name) => {
    const { page, spansOf } = server()
    expect(await spansOf(() => page(`/api/${name}`), 2)).toEqual(['generateText', '> chat gpt-5'])
  })

  it("makes one tree of an agent's turn, and traces what runs after the answer", async () => {
    const { page, spansOf } = server()
    const spans = await spansOf(() => page('/api/agent'), 3)
    expect(spans).toEqual(['agent:support', '> chat gpt-5', 'tool:remember'])
  })
}

function testSilence(server: () => Running, expected: RegExp): void {
  it('says nothing but that, and sends none of the spans that Next makes of requests', async () => {
    const { child, collector, stop } = server()
    await stop()
    const said = child.stderr().split('\n')
    expect(said.filter((line) => line.includes('turnspan') && !expected.test(line))).toEqual([])
    expect(collector.spans().filter(({ scope }) => scope?.name !== 'turnspan')).toEqual([])
  })
}

describe.each<NextBundler>(['turbopack', 'webpack'])(
  'an application on Next 16, built by %s, as a standalone server in another folder',
  (bundler) => {
    let server: Running
    let build: NextBuild
    let moved: Standalone | undefined
    beforeAll(async () => {
      build = await nextBuild('next-16', bundler)
      moved = await standalone(build)
      const { program, cwd } = moved
      server = await running((env) => startNext(program, cwd, env))
    }, 900_000)
    afterAll(async () => {
      await server?.stop()
      if (moved !== undefined) await rm(moved.folder, { recursive: true, force: true })
    })

    testRoutes(() => server)
    testPackages(() => server)

    it('sends nothing of turnspan to the browser', async () => {
      const folder = join(build.dir, '.next/static')
      const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.js'))
      expect(files.length).toBeGreaterThan(0)
      for (const name of files) expect(await readFile(join(folder, name), 'utf8')).not.toContain('turnspan')
    })

    testSilence(() => server, OF_EDGE)
  },
)

describe('an application on Next 15, built by Turbopack and served by next start', () => {
  let server: Running
  beforeAll(async () => {
    const build = await nextBuild('next-15', 'turbopack')
    server = await running((env) => startNext(nextProgram(build.root), build.dir, env, ['start']))
  }, 900_000)
  afterAll(() => server?.stop())

  testRoutes(() => server)
  testSilence(() => server, OF_EDGE)
})

describe('next dev on Next 16', () => {
  let server: Running
  beforeAll(async () => {
    const build = await nextBuild('next-16', 'turbopack')
    const env = { FIXTURE_ROOT: build.root }
    server = await running((own) =>
      startNext(nextProgram(build.root), build.dir, { ...env, ...own }, ['dev', '--turbopack']),
    )
  }, 900_000)
  afterAll(() => server?.stop())

  it('traces openai in a route handler', { timeout: 120_000 }, async () => {
    const { page, spansOf } = server
    expect(await spansOf(() => page('/api/openai'), 1)).toEqual(['chat gpt-5'])
  })
})
