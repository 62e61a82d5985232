import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { nodeBinary } from '../../test/support/node-versions.ts'
import { type Expected, readExpected, recordExpected, unexplained, writeTable } from './expected.ts'
import { adviceFor, installTurnspan, layFrom, pack, prepare } from './lay.ts'
import { counts, type Difference, differences, type Outcomes } from './outcomes.ts'
import { letHandOver, runPart } from './runners.ts'
import { type Loopback, startAnswers, startSink } from './sink.ts'
import { type Part, type Suite, suites } from './suites.ts'

// `npm run test:suites`: the tests that clients bring, bare and under turnspan; see docs/suites.md.

const repository = fileURLToPath(new URL('../..', import.meta.url))
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    dir: { type: 'string', default: join(homedir(), '.cache', 'turnspan-suites') },
    from: { type: 'string', multiple: true, default: [] },
    fresh: { type: 'boolean', default: false },
    record: { type: 'boolean', default: false },
    tarball: { type: 'string' },
  },
})
const root = resolve(options.dir)

/** A suite after its two runs. */
interface Finished {
  readonly suite: Suite
  readonly bare: Outcomes
  readonly traced: Outcomes
  readonly steady: readonly Difference[]
  readonly unsteady: readonly Difference[]
  readonly requests: number
  readonly minutes: number
}

const say = (line: string): void => void process.stdout.write(`${line}\n`)

async function main(): Promise<number> {
  const unknown = positionals.filter((name) => !suites.some((suite) => suite.name === name))
  if (unknown.length > 0)
    throw new Error(`No suite is named ${unknown.join(', ')}: ${suites.map(({ name }) => name).join(', ')}.`)
  mkdirSync(root, { recursive: true })
  const gitDirs = new Map(options.from.map((one) => one.split('=') as [string, string]))
  const node = await nodeBinary(22)
  const tarball = options.tarball === undefined ? await pack(repository, root) : resolve(options.tarball)
  let failed = false
  for (const suite of suites) {
    if (positionals.length > 0 && !positionals.includes(suite.name)) continue
    const gitDir = gitDirs.get(suite.name)
    if (gitDir !== undefined) await layFrom(resolve(gitDir), suite, root)
    if (!existsSync(join(root, suite.name, 'package.json'))) {
      say(adviceFor(suite, root))
      failed = true
      continue
    }
    const finished = await runSuite(suite, node, tarball)
    failed = report(finished) || failed
  }
  if (options.record) writeTable(repository)
  return failed ? 1 : 0
}

async function runSuite(suite: Suite, node: string, tarball: string): Promise<Finished> {
  const began = Date.now()
  const folder = join(root, suite.name)
  say(`\n${suite.name} (${suite.repository} ${suite.commit.slice(0, 10)})`)
  await prepare(suite, folder, node)
  for (const file of new Set(suite.parts.flatMap(({ modules = [] }) => modules)))
    letHandOver(join(folder, file))
  const [sink, answers] = await Promise.all([startSink(), startAnswers()])
  try {
    const bare: Record<string, Outcomes[string]> = {}
    const traced: Record<string, Outcomes[string]> = {}
    const steady: Difference[] = []
    const unsteady: Difference[] = []
    for (const [at, part] of suite.parts.entries()) {
      const ran = await runBoth({
        suite,
        at,
        part,
        folder: join(folder, part.folder),
        node,
        tarball,
        sink,
        answers,
      })
      for (const [key, one] of Object.entries(ran.bare)) bare[keyOf(part, key)] = one
      for (const [key, one] of Object.entries(ran.traced)) traced[keyOf(part, key)] = one
      steady.push(...ran.steady.map((one) => ({ ...one, test: keyOf(part, one.test) })))
      unsteady.push(...ran.unsteady.map((one) => ({ ...one, test: keyOf(part, one.test) })))
    }
    const minutes = Math.ceil((Date.now() - began) / 60_000)
    return { suite, bare, traced, steady, unsteady, requests: sink.requests(), minutes }
  } finally {
    await Promise.all([sink.stop(), answers.stop()])
  }
}

const keyOf = ({ folder }: Part, key: string): string => (folder === '.' ? key : `${folder}/${key}`)

interface Both {
  readonly suite: Suite
  readonly at: number
  readonly part: Part
  readonly folder: string
  readonly node: string
  readonly tarball: string
  readonly sink: Loopback
  readonly answers: Loopback
}

async function runBoth(both: Both): Promise<Pick<Finished, 'bare' | 'traced' | 'steady' | 'unsteady'>> {
  const { part, folder, node, tarball, sink, answers, suite, at } = both
  const log = (mode: string): string => join(root, `${suite.name}-${at}-${mode}.log`)
  const run = { part, folder, node, answers: answers.url }
  const bareRun = async (files?: readonly string[]): Promise<Outcomes> =>
    runPart({ ...run, log: log('bare'), ...(files && { files }) })
  const tracedRun = async (files?: readonly string[]): Promise<Outcomes> =>
    runPart({ ...run, log: log('traced'), sink: sink.url, ...(files && { files }) })
  const title = `${suite.name} ${part.folder === '.' ? '' : `${part.folder} `}${part.runner}`
  const bare = await keptBare(both, async () => {
    say(`  ${title}, bare`)
    return bareRun()
  })
  say(`  ${title}, under turnspan`)
  await installTurnspan(tarball, folder)
  const traced = await tracedRun()
  writeFileSync(join(folder, `turnspan-suite-traced-${at}.json`), JSON.stringify(traced))
  const first = differences(bare, traced)
  if (first.length === 0) return { bare, traced, steady: [], unsteady: [] }
  // What is a matter of chance or of a busy machine comes out otherwise the second time.
  const files = [...new Set(first.map(({ test }) => test.split(' > ')[0] ?? ''))].filter((file) =>
    existsSync(join(folder, file)),
  )
  say(`  ${first.length} differ; again: ${files.length} files`)
  const second = differences(await bareRun(files), await tracedRun(files))
  const isSteady = (one: Difference): boolean =>
    second.some(
      ({ test, bare: before, traced: after }) =>
        test === one.test && before === one.bare && after === one.traced,
    )
  return {
    bare,
    traced,
    steady: first.filter(isSteady),
    unsteady: first.filter((one) => !isSteady(one)),
  }
}

/** The bare outcomes of that state of the suite, which turnspan does not change. */
async function keptBare({ suite, at, part, folder }: Both, work: () => Promise<Outcomes>): Promise<Outcomes> {
  const file = join(folder, `turnspan-suite-bare-${at}.json`)
  const key = JSON.stringify([suite.commit, part.config, part.without, part.files])
  if (!options.fresh && existsSync(file)) {
    const kept = JSON.parse(readFileSync(file, 'utf8')) as { key: string; outcomes: Outcomes }
    if (kept.key === key) return kept.outcomes
  }
  const outcomes = await work()
  writeFileSync(file, JSON.stringify({ key, outcomes }))
  return outcomes
}

/** Prints what came out; says whether something is not explained. */
function report({ suite, bare, traced, steady, unsteady, requests, minutes }: Finished): boolean {
  const [before, after] = [counts(bare), counts(traced)]
  const line = ({ passed, failed, skipped }: ReturnType<typeof counts>): string =>
    `${passed} passed, ${failed} failed, ${skipped} skipped`
  say(`  bare:     ${line(before)}`)
  say(`  turnspan: ${line(after)}; ${requests} requests with spans; ${minutes} min`)
  const expected: Expected = readExpected(suite.name)
  const open = unexplained(expected, steady)
  const gone = expected.differences
    .flatMap(({ tests }) => tests)
    .filter((test) => !steady.some((one) => one.test === test))
  say(
    `  ${steady.length} differ, ${open.length} of them without an explanation; ${unsteady.length} by chance`,
  )
  for (const one of open) say(`    ${one.bare} -> ${one.traced}: ${one.test}\n      ${one.message ?? ''}`)
  for (const one of unsteady) say(`    by chance: ${one.bare} -> ${one.traced}: ${one.test}`)
  for (const test of gone) say(`    no longer: ${test}`)
  if (requests === 0) say('  No spans arrived: the client was not traced at all.')
  if (options.record) recordExpected(suite, { bare: before, traced: after, steady, minutes, requests })
  return open.length > 0 || requests === 0
}

process.exitCode = await main()
