import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Difference } from './outcomes.ts'
import { type Suite, suites } from './suites.ts'

type Counts = Readonly<Record<'passed' | 'failed' | 'skipped', number>>

/** What is known of a suite: the last recorded run, and why tests come out otherwise under turnspan. */
export interface Expected {
  readonly commit: string
  readonly bare: Counts
  readonly traced: Counts
  /** Requests with spans that the run made; none would mean that the client was not traced. */
  readonly requests: number
  readonly minutes: number
  readonly differences: readonly { readonly why: string; readonly tests: readonly string[] }[]
}

const NONE: Counts = { passed: 0, failed: 0, skipped: 0 }
const fileOf = (name: string): string => fileURLToPath(new URL(`./expected/${name}.json`, import.meta.url))

export function readExpected(name: string): Expected {
  const file = fileOf(name)
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Expected
  return { commit: '', bare: NONE, traced: NONE, requests: 0, minutes: 0, differences: [] }
}

/** The differences that nobody has explained. */
export function unexplained(expected: Expected, found: readonly Difference[]): readonly Difference[] {
  const known = new Set(expected.differences.flatMap(({ why, tests }) => (why === '' ? [] : tests)))
  return found.filter(({ test }) => !known.has(test))
}

/** What a run brought. */
export interface Recorded {
  readonly bare: Counts
  readonly traced: Counts
  readonly steady: readonly Difference[]
  readonly requests: number
  readonly minutes: number
}

/** Writes the run down; what is new gets an empty explanation, what is gone is taken out. */
export function recordExpected(suite: Suite, { steady, ...run }: Recorded): void {
  const before = readExpected(suite.name)
  const found = new Set(steady.map(({ test }) => test))
  const kept = before.differences
    .map(({ why, tests }) => ({ why, tests: tests.filter((test) => found.has(test)) }))
    .filter(({ why, tests }) => why !== '' && tests.length > 0)
  const open = unexplained(before, steady).map(({ test }) => test)
  const differences = [...kept, ...(open.length > 0 ? [{ why: '', tests: open }] : [])]
  const expected: Expected = { commit: suite.commit, ...run, differences }
  writeFileSync(fileOf(suite.name), `${JSON.stringify(expected, null, 2)}\n`)
}

const MARKS = ['<!-- suites -->', '<!-- /suites -->'] as const

/** Writes the table of docs/suites.md. */
export function writeTable(repository: string): void {
  const file = join(repository, 'docs', 'suites.md')
  const page = readFileSync(file, 'utf8')
  const [start, end] = MARKS.map((mark) => page.indexOf(mark)) as [number, number]
  if (start < 0 || end < 0) throw new Error(`${file} has no ${MARKS.join(' ... ')}.`)
  writeFileSync(file, `${page.slice(0, start + MARKS[0].length)}\n${table()}\n${page.slice(end)}`)
}

function table(): string {
  const rows = suites.flatMap(({ name, repository }) => {
    const { commit, bare, traced, minutes, differences } = readExpected(name)
    if (commit === '') return []
    const tests = bare.passed + bare.failed
    const count = differences.reduce((sum, one) => sum + one.tests.length, 0)
    return [
      `| \`${name}\` | [${repository}](https://github.com/${repository}/tree/${commit}) | ${tests} | ${bare.passed} | ${traced.passed} | ${count} | ${minutes} |`,
    ]
  })
  return [
    '| suite | state | tests | pass bare | pass under turnspan | differ | minutes |',
    '|---|---|---|---|---|---|---|',
    ...rows,
  ].join('\n')
}
