import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const source = join(import.meta.dirname, '../../src/tracing/follow.ts')
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'turnspan-follow-'))
  const outfile = join(folder, 'follow.mjs')
  await build({ entryPoints: [source], outfile, bundle: true, platform: 'node', format: 'esm' })
})
afterAll(() => rm(folder, { recursive: true, force: true }))

let scripts = 0

/** Runs `body` in a process of its own and returns what it printed and how it ended. */
async function run(body: string): Promise<{ lines: string[]; code: number | null }> {
  scripts += 1
  const file = join(folder, `script-${scripts}.mjs`)
  const library = pathToFileURL(join(folder, 'follow.mjs')).href
  await writeFile(
    file,
    `import { follow, ABANDONED } from ${JSON.stringify(library)}
     const say = (...words) => console.log(words.map(String).join(' '))
     const follower = {
       item: (v) => say('item', v), done: (v) => say('done', v), failed: (e) => say('failed', e.message),
       stopped: (r) => say('stopped', r === ABANDONED ? 'abandoned' : r), run: (fn) => fn(),
     }
     const plain = { follow: (v) => v }.follow
     const turn = () => new Promise((resolve) => setTimeout(resolve, 5))
     const collect = async () => { for (let i = 0; i < 20; i += 1) { globalThis.gc(); await turn() } }
     class Special extends Promise { extra() { return 'extra' } }
     ${body}`,
  )
  const child = spawn(process.execPath, ['--expose-gc', file], { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  child.stdout.on('data', (chunk) => {
    output += chunk
  })
  const code = await new Promise<number | null>((resolve) => void child.on('close', resolve))
  return { lines: output.split('\n').filter(Boolean), code }
}

const REJECTIONS: [string, string][] = [
  ['a rejected promise', "Promise.reject(new Error('boom'))"],
  ['a promise that rejects later', "(async () => { await turn(); throw new Error('boom') })()"],
  ['a rejected promise of another class', "Special.reject(new Error('boom'))"],
  [
    'a promise of another class that rejects later',
    "new Special((_, reject) => setTimeout(() => reject(new Error('boom')), 5))",
  ],
]

describe('an unhandled rejection', () => {
  const listening = `
    process.on('unhandledRejection', (reason, promise) => say('unhandled', reason.message))
    process.on('rejectionHandled', () => say('handled later'))`

  test.each(REJECTIONS)('is raised exactly once for %s', async (_, make) => {
    const watched = await run(
      `${listening}; follow(${make}, follower); await turn(); await turn(); await turn()`,
    )
    expect(watched.lines).toEqual(['failed boom', 'unhandled boom'])
  })

  test.each(REJECTIONS)('is raised once for %s that two follow', async (_, make) => {
    const watched = await run(
      `${listening}; follow(follow(${make}, follower), follower); await turn(); await turn(); await turn()`,
    )
    expect(watched.lines).toEqual(['failed boom', 'failed boom', 'unhandled boom'])
  })

  test.each(REJECTIONS)('ends the process as before for %s', async (_, make) => {
    expect((await run(`follow(${make}, follower); await turn(); await turn(); say('alive')`)).code).toBe(
      (await run(`plain(${make}, follower); await turn(); await turn(); say('alive')`)).code,
    )
  })

  test.each(
    REJECTIONS.flatMap(([name, make]): [string, string, string][] => [
      [`${name} that is awaited`, make, 'try { await p } catch (e) { say("caught", e.message) }'],
      [`${name} with a catch`, make, 'await p.catch((e) => say("caught", e.message))'],
      [`${name} given to all`, make, 'await Promise.all([p]).catch((e) => say("caught", e.message))'],
      [
        `${name} given to allSettled`,
        make,
        'const [r] = await Promise.allSettled([p]); say("caught", r.reason.message)',
      ],
    ]),
  )('is not raised for %s', async (_, make, consume) => {
    const { lines, code } = await run(
      `${listening}; const p = follow(${make}, follower); ${consume}; await turn()`,
    )
    expect([lines, code]).toEqual([['failed boom', 'caught boom'], 0])
  })

  test.each(REJECTIONS)('is taken back when %s is handled late', async (_, make) => {
    const { lines } = await run(
      `${listening}; const p = follow(${make}, follower); await turn(); await turn(); await turn(); await p.catch(() => 0); await turn()`,
    )
    expect(lines).toEqual(['failed boom', 'unhandled boom', 'handled later'])
  })

  test('is raised for what the host does with a good promise of another class', async () => {
    const { lines } = await run(
      `${listening}; follow(Special.resolve(1), follower).then(() => { throw new Error('own') }); await turn()`,
    )
    expect(lines).toEqual(['done 1', 'unhandled own'])
  })

  test('is raised for a step of an async generator and not for a closed Web reader', async () => {
    const { lines } = await run(`${listening}
      follow((async function* () { throw new Error('boom') })(), follower).next()
      await turn()
      follow(new ReadableStream({ start(c) { c.error(new Error('web')) } }), follower).getReader()
      await turn()`)
    expect(lines).toEqual(['failed boom', 'unhandled boom', 'failed web'])
  })

  test('is raised for a Node stream whose error nobody hears', async () => {
    const body = (how: string): string => `
      import { Readable } from 'node:stream'
      process.on('uncaughtException', (e) => say('uncaught', e.message))
      const s = ${how}(new Readable({ read() { this.destroy(new Error('boom')) } }), follower)
      s.resume(); await turn(); await turn()`
    expect((await run(body('plain'))).lines).toEqual(['uncaught boom'])
    expect((await run(body('follow'))).lines).toEqual(['failed boom', 'uncaught boom'])
  })
})

describe('garbage collection', () => {
  test.each([
    ['a generator', '(function* () { yield 1 })()', ''],
    ['a generator left in the middle', '(function* () { yield 1; yield 2 })()', 'v.next()'],
    ['an async generator', '(async function* () { yield 1 })()', ''],
    [
      'an async generator left in the middle',
      '(async function* () { yield 1; yield 2 })()',
      'await v.next()',
    ],
    ['an iterable', '({ async *[Symbol.asyncIterator]() { yield 1 } })', ''],
    [
      'an iterable left in the middle',
      '({ async *[Symbol.asyncIterator]() { yield 1; yield 2 } })',
      'await v[Symbol.asyncIterator]().next()',
    ],
    ['a thenable', '({ then(ok) { ok(1) } })', ''],
    ['a Web stream', 'new ReadableStream({ pull(c) { c.enqueue(1) } })', ''],
    [
      'a Web stream left in the middle',
      'new ReadableStream({ pull(c) { c.enqueue(1) } })',
      'await v.getReader().read()',
    ],
    ['both sides of a tee', 'new ReadableStream({ pull(c) { c.enqueue(1) } })', 'v.tee()'],
    ['a Node stream', 'new (await import("node:stream")).Readable({ read() {} })', ''],
  ])('ends %s that nobody consumes', async (_, make, consume) => {
    const { lines } = await run(`
      await (async () => { const v = follow(${make}, follower); ${consume} })()
      await collect()`)
    expect(lines.filter((line) => !line.startsWith('item'))).toEqual(['stopped abandoned'])
  })

  test('does not end an iterable whose iterator is still at work', async () => {
    const { lines } = await run(`
      const make = () => follow({ async *[Symbol.asyncIterator]() { yield 1; yield 2 } }, follower)
      for await (const x of make()) await collect()`)
    expect(lines).toEqual(['item 1', 'item 2', 'done undefined'])
  })

  test('does not end a stream of which one branch is still read', async () => {
    const { lines } = await run(`
      let n = 0
      const make = () => follow(new ReadableStream({ pull(c) { n += 1; n < 3 ? c.enqueue(n) : c.close() } }), follower)
      for await (const x of make().tee()[1]) await collect()`)
    expect(lines).toEqual(['item 1', 'item 2', 'done undefined'])
  })

  test('does not end a query at work', async () => {
    const { lines } = await run(`
      const make = () => follow({ then(ok) { setTimeout(ok, 300, 7) } }, follower)
      const p = make().then.call(make(), () => 0)
      await collect(); await new Promise((r) => setTimeout(r, 300))`)
    expect(lines).toContain('done 7')
  })
})
