import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { runInNewContext } from 'node:vm'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { follow } from '../../src/tracing/follow.ts'
import { type NodeLine, nodeBinary, nodeVersions } from '../support/node-versions.ts'
import { recorder } from './recorder.ts'

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
async function run(body: string, node = process.execPath): Promise<{ lines: string[]; code: number | null }> {
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
  const child = spawn(node, ['--expose-gc', file], { stdio: ['ignore', 'pipe', 'pipe'] })
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

/** How a program may use what it got, or what it kept: `make` gives the promise, and `p` is what came back. */
const USES: [string, string][] = [
  ['ignored', 'call(make)'],
  [
    'handled before it was returned, and ignored',
    'call(() => { const p = make(); p.catch(() => 0); return p })',
  ],
  ['handled before the call, and ignored', 'const k = make(); k.catch(() => 0); await turn(); call(() => k)'],
  ['handled by whoever keeps it', 'let k; call(() => (k = make())); k.catch(() => say("kept"))'],
  [
    'handled late by whoever keeps it',
    'let k; call(() => (k = make())); await turn(); k.catch(() => say("kept"))',
  ],
  ['awaited', 'try { await call(make) } catch (e) { say("caught", e.message) }'],
  [
    'kept and awaited later',
    'const p = call(make); await null; await null; await null; await null; try { await p } catch (e) { say("caught", e.message) }',
  ],
  [
    'kept and awaited much later',
    'const p = call(make); await turn(); await turn(); try { await p } catch (e) { say("caught", e.message) }',
  ],
  [
    'awaited by two',
    'const p = call(make); await Promise.allSettled([p, p]); await p.catch(() => say("caught"))',
  ],
  ['raced', 'await Promise.race([call(make), turn()]).catch(() => say("lost"))'],
  ['given to finally', 'call(make).finally(() => say("finally"))'],
  ['given to resolve, and handled', 'await Promise.resolve(call(make)).catch(() => say("caught"))'],
  ['returned by an async function', 'await (async () => call(make))().catch(() => say("caught"))'],
  ['returned by an async function that is ignored', 'void (async () => call(make))()'],
  ['returned by two calls and ignored', 'const k = make(); call(() => call(() => k))'],
  [
    'returned twice, and handled once',
    'const k = make(); call(() => k).catch(() => say("caught")); call(() => k)',
  ],
  [
    'returned twice, once much later',
    'const k = make(); call(() => k).catch(() => say("caught")); await turn(); await turn(); call(() => k)',
  ],
  ['iterated', 'try { for await (const x of [call(make)]) say(x) } catch (e) { say("caught", e.message) }'],
  ['thrown at', 'new Promise((resolve) => resolve(call(make))).catch(() => say("caught"))'],
]

/** Runs all of them one after another, and tells what came of each. */
const everyUse = (call: string, before = ''): string => `${before}
  const quiet = { item() {}, done() {}, failed() {}, stopped() {}, run: (fn) => fn() }
  const made = new Set()
  process.on('unhandledRejection', (reason, p) => say('unhandled', reason.message, made.has(p)))
  process.on('rejectionHandled', (p) => say('handled later', made.has(p)))
  const call = ${call}
  const programs = [${REJECTIONS.flatMap(([name, make]) =>
    USES.map(
      ([how, use]) => `[${JSON.stringify(`${name}, ${how}`)}, async () => {
        const make = () => { const p = ${make}; made.add(p); return p }
        ${use}
      }]`,
    ),
  ).join()}]
  for (const [name, program] of programs) {
    say('#', name)
    await program()
    for (let i = 0; i < 4; i += 1) await turn()
  }`

const FOLLOWED = '(fn) => follow(fn(), quiet)'
const PLAIN = '(fn) => fn()'

describe('what the process says of a rejection', () => {
  test.each(Object.keys(nodeVersions).map((line) => Number(line) as NodeLine))(
    'is as if nobody followed, on Node %i',
    async (line) => {
      const node = await nodeBinary(line)
      const plain = await run(everyUse(PLAIN), node)
      expect(plain.lines.filter((words) => words.startsWith('#'))).toHaveLength(
        REJECTIONS.length * USES.length,
      )
      expect(await run(everyUse(FOLLOWED), node)).toEqual(plain)
    },
  )

  // No handler can be told from another there: the promise is another one, and one handled before is reported.
  test('is as if nobody followed, but for the promise, where the host has no hooks', async () => {
    const words = (lines: string[]): string[] =>
      lines
        .join('\n')
        .split('\n# ')
        .filter((program) => !program.includes(', handled before'))
        .map((program) => program.replaceAll(/ (true|false)$/gm, ''))
    const plain = await run(everyUse(PLAIN))
    const followed = await run(everyUse(FOLLOWED, 'process.getBuiltinModule = undefined'))
    expect(words(followed.lines)).toEqual(words(plain.lines))
  })

  test.each(REJECTIONS)('does not end a program that has handled it: %s', async (_, make) => {
    const { lines, code } = await run(`
      follow((() => { const p = ${make}; p.catch(() => 0); return p })(), follower)
      await turn(); await turn(); await turn(); say('alive')`)
    expect([lines, code]).toEqual([['failed boom', 'alive'], 0])
  })
})

describe('a promise', () => {
  test('comes back itself, with its class, members and symbols', () => {
    class Own extends Promise<number> {}
    for (const promise of [Promise.resolve(1), Own.resolve(1), new Promise<number>(() => undefined)]) {
      const described = Reflect.ownKeys(promise)
      const prototype = Object.getPrototypeOf(promise)
      expect(follow(promise, recorder())).toBe(promise)
      expect(Reflect.ownKeys(promise)).toEqual(described)
      expect(promise.constructor).toBe(prototype.constructor)
      expect(Object.getPrototypeOf(promise)).toBe(prototype)
    }
  })

  test('is one that settles alike where it is frozen, and the same one each time', async () => {
    const promise = Object.freeze(Promise.resolve(7))
    const heard = [recorder(), recorder()]
    const all = heard.map((one) => follow(promise, one))
    expect(all[0]).toBe(all[1])
    expect(await all[0]).toBe(7)
    expect(heard.map((one) => one.ends)).toEqual([[['done', 7]], [['done', 7]]])
  })

  test('settles no later than without', async () => {
    const steps = async (
      use: (promise: Promise<unknown>) => unknown,
      wrap: (p: Promise<number>) => unknown,
    ) => {
      let count = 0
      let isDone = false
      const counting = (async () => {
        while (!isDone) {
          await null
          count += 1
        }
      })()
      await use(wrap(Promise.resolve(1)) as Promise<number>)
      isDone = true
      await counting
      return count
    }
    const uses: ((promise: Promise<unknown>) => unknown)[] = [
      (p) => p,
      (p) => p.then((x) => x),
      (p) => (async () => p)(),
      (p) => Promise.all([p]),
      (p) => p.finally(() => 1),
    ]
    for (const use of uses) {
      expect(await steps(use, (p) => follow(p, recorder()))).toBe(await steps(use, (p) => p))
    }
  })

  test('ends when it settles, also when nobody asks', async () => {
    const heard = recorder()
    let resolve: (value: number) => void = () => undefined
    follow(new Promise<number>((given) => (resolve = given)), heard)
    for (let turn = 0; turn < 3; turn += 1) await new Promise((done) => setImmediate(done))
    expect(heard.ends).toEqual([])
    resolve(7)
    await new Promise((done) => setImmediate(done))
    expect(heard.ends).toEqual([['done', 7]])
  })

  test('of another realm is followed as one of ours', async () => {
    const heard = recorder()
    const promise = runInNewContext('Promise.resolve(7)') as Promise<number>
    expect(follow(promise, heard)).toBe(promise)
    await new Promise((done) => setImmediate(done))
    expect(heard.ends).toEqual([['done', 7]])
    expect(await promise).toBe(7)
  })

  test('of a frozen iterable brings that one itself', async () => {
    const iterable = Object.freeze({
      async *[Symbol.asyncIterator]() {
        yield 1
      },
    })
    const heard = recorder()
    expect(await follow(Promise.resolve(iterable), heard)).toBe(iterable)
    expect(heard.ends).toEqual([['done', iterable]])
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
