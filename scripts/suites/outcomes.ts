import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What became of one test. */
export interface Outcome {
  readonly status: 'passed' | 'failed' | 'skipped'
  /** The first line of what failed. */
  readonly message?: string
}

/** What became of all tests of a run, by file and title. */
export type Outcomes = Readonly<Record<string, Outcome>>

/** The slice of a report that vitest, jest and our reporter for jasmine write alike. */
interface Report {
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly message?: string
    readonly assertionResults: readonly {
      readonly fullName: string
      readonly status: string
      readonly failureMessages?: readonly string[] | null
    }[]
  }[]
}

/** Reads the report in `file`; paths are told from `folder` on. */
export function readOutcomes(file: string, folder: string): Outcomes {
  const { testResults } = JSON.parse(readFileSync(file, 'utf8')) as Report
  const found: Record<string, Outcome> = {}
  const add = (title: string, outcome: Outcome): void => {
    let key = title
    for (let count = 2; key in found; count += 1) key = `${title} (${count})`
    found[key] = outcome
  }
  for (const { name, status, message, assertionResults } of testResults) {
    const path = relative(folder, name.startsWith('file:') ? fileURLToPath(name) : name)
    for (const test of assertionResults) {
      add(`${path} > ${test.fullName.trim()}`, outcomeOf(test.status, test.failureMessages?.[0]))
    }
    // A file that could not be loaded, or whose hooks failed.
    if (status === 'failed' && assertionResults.every((test) => test.status !== 'failed')) {
      add(`${path} > (the file)`, outcomeOf('failed', message))
    }
  }
  return found
}

function outcomeOf(status: string, message: string | null | undefined): Outcome {
  if (status !== 'failed') return { status: status === 'passed' ? 'passed' : 'skipped' }
  const line = plain(message ?? '')
    .split('\n')
    .find((one) => one.trim() !== '')
  return { status: 'failed', message: (line ?? 'failed').trim().slice(0, 300) }
}

/** Without the colours of a terminal. */
const plain = (text: string): string =>
  text.replaceAll(new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g'), '')

/** A test that came out otherwise under turnspan. */
export interface Difference {
  readonly test: string
  readonly bare: Outcome['status'] | 'absent'
  readonly traced: Outcome['status'] | 'absent'
  readonly message?: string
}

/** What came out otherwise, by the order of names. */
export function differences(bare: Outcomes, traced: Outcomes): readonly Difference[] {
  const all = [...new Set([...Object.keys(bare), ...Object.keys(traced)])].sort()
  return all.flatMap((test): Difference[] => {
    const [before, after] = [bare[test], traced[test]]
    if (before?.status === after?.status) return []
    const message = after?.message ?? before?.message
    return [
      {
        test,
        bare: before?.status ?? 'absent',
        traced: after?.status ?? 'absent',
        ...(message !== undefined && { message }),
      },
    ]
  })
}

/** How many tests passed, failed and were skipped. */
export function counts(outcomes: Outcomes): Readonly<Record<Outcome['status'], number>> {
  const found = { passed: 0, failed: 0, skipped: 0 }
  for (const { status } of Object.values(outcomes)) found[status] += 1
  return found
}
