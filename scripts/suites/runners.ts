import { spawn } from 'node:child_process'
import { createWriteStream, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, delimiter, dirname, join, relative } from 'node:path'
import { type Outcomes, readOutcomes } from './outcomes.ts'
import type { Part } from './suites.ts'

/** How the tests of a part are run. */
export interface Run {
  readonly part: Part
  /** Absolute. */
  readonly folder: string
  /** The Node binary. */
  readonly node: string
  /** Where spans go; without it the run is bare. */
  readonly sink?: string
  /** Where requests of generated tests go. */
  readonly answers?: string
  /** Only these files, below the folder. */
  readonly files?: readonly string[]
  /** Where what the runner writes is kept. */
  readonly log: string
}

const MOST_MS = 45 * 60_000

/** Runs the tests of a part, one worker at a time, and says what became of each. */
export async function runPart(run: Run): Promise<Outcomes> {
  const report = join(run.folder, 'turnspan-suite-report.json')
  rmSync(report, { force: true })
  const args = COMMANDS[run.part.runner](run, report)
  await execute(run, args, report)
  try {
    return readOutcomes(report, run.folder)
  } catch (cause) {
    throw new Error(`The tests in ${run.folder} brought no report; see ${run.log}.`, { cause })
  }
}

/** The arguments of Node, and the files that a runner needs beside them. */
const COMMANDS: Readonly<Record<Part['runner'], (run: Run, report: string) => readonly string[]>> = {
  vitest(run, report) {
    const config = 'turnspan-suite.config.mts'
    writeFileSync(join(run.folder, config), vitestConfig(run))
    setupFile(run, 'turnspan-suite-setup.ts', "import { afterAll } from 'vitest'")
    const without = (run.part.without ?? []).flatMap(([pattern]) => ['--exclude', pattern])
    return [
      ...[programOf(run.folder, 'vitest/vitest.mjs'), 'run', '--config', config, '--maxWorkers=1'],
      ...['--reporter=json', `--outputFile=${report}`, ...without, ...(run.files ?? run.part.files ?? [])],
    ]
  },
  jest(run, report) {
    const setup = setupFile(run, 'turnspan-suite-setup.ts', '')
    return [
      // Files first: the last option takes all that follows it.
      ...[programOf(run.folder, 'jest/bin/jest.js'), ...(run.files ?? run.part.files ?? [])],
      ...['--config', run.part.config, '--runInBand'],
      ...['--json', `--outputFile=${report}`, '--testLocationInResults=false', '--forceExit'],
      ...(setup === undefined ? [] : ['--setupFilesAfterEnv', setup]),
    ]
  },
  jasmine(run) {
    const setup = setupFile(run, 'turnspan-suite-setup.mjs', '')
    const reporter = join(run.folder, 'turnspan-suite-reporter.mjs')
    writeFileSync(reporter, JASMINE_REPORTER)
    return [
      ...[programOf(run.folder, 'jasmine/bin/jasmine.js'), '--random=false', `--reporter=${reporter}`],
      ...(setup === undefined ? [] : [`--helper=${relative(run.folder, setup)}`]),
      ...(run.files ?? [run.part.config]),
    ]
  },
}

/** The program of a runner, which may be installed for the whole repository. */
function programOf(folder: string, path: string): string {
  let at = folder
  while (!existsSync(join(at, 'node_modules', path))) {
    if (dirname(at) === at) throw new Error(`No node_modules above ${folder} has ${path}.`)
    at = dirname(at)
  }
  return join(at, 'node_modules', path)
}

/**
 * Ours around the one of the client: without checks of types, one worker, and with turnspan where the run has it, before
 * whatever else the client's tests set up.
 */
function vitestConfig({ part, sink }: Run): string {
  const first = sink === undefined ? '' : "'./turnspan-suite-setup.ts', "
  return `import { defineConfig, mergeConfig } from 'vitest/config'
import given from './${part.config}'
export default defineConfig(async (env) => {
  const base = typeof given === 'function' ? await given(env) : await given
  const config = mergeConfig(base, {
    test: { maxWorkers: 1, fileParallelism: false, typecheck: { enabled: false }, sequence: { setupFiles: 'list' } },
  })
  config.test.setupFiles = [${first}...[config.test.setupFiles ?? []].flat()]
  return config
})
`
}

const HAND_OVER = 'turnspanSuiteHandOver'

/** Has a module of the client hand itself over, where somebody takes it: in both runs the same sources are run. */
export function letHandOver(file: string): void {
  const source = readFileSync(file, 'utf8')
  if (source.includes(HAND_OVER)) return
  const own = `./${basename(file).replace(/\.ts$/, '')}`
  const host = file.endsWith('.ts') ? '(globalThis as any)' : 'globalThis'
  const lines = [`import * as turnspanSuiteOwn from '${own}';`, `${host}.${HAND_OVER}?.(turnspanSuiteOwn);`]
  writeFileSync(file, `${source}\n${lines.join('\n')}\n`)
}

/** Starts turnspan and hands the client over to it, in each file of tests. Returns nothing for a bare run. */
function setupFile(run: Run, name: string, first: string): string | undefined {
  const { imports = [], atOnce = '', entry } = run.part
  if (run.sink === undefined) return undefined
  const file = join(run.folder, name)
  const lines = [
    first,
    "import { flushTraces, init } from 'turnspan'",
    `import { ${entry[1]} } from 'turnspan/${entry[0]}'`,
    ...imports,
    'init({',
    `  endpoint: '${run.sink}/v1/traces', protocol: 'http/protobuf',`,
    '  captureContent: true, instrumentations: false,',
    '})',
    `globalThis.${HAND_OVER} = (copy) => { ${entry[1]}(copy) }`,
    atOnce,
    'afterAll(async () => { await flushTraces({ timeoutMs: 3000 }) })',
  ]
  writeFileSync(file, `${lines.filter((line) => line !== '').join('\n')}\n`)
  return file
}

/** Writes what jasmine has to say in the form of the others. */
const JASMINE_REPORTER = `import { writeFileSync } from 'node:fs'
const results = []
export default class Reporter {
  specDone({ filename, fullName, status, failedExpectations }) {
    const own = status === 'excluded' || status === 'pending' ? 'skipped' : status
    const failureMessages = failedExpectations.map(({ message }) => message)
    results.push({ name: filename ?? 'jasmine', fullName, status: own, failureMessages })
  }
  jasmineDone({ failedExpectations }) {
    const files = Map.groupBy(results, ({ name }) => name)
    const testResults = [...files].map(([name, assertionResults]) => ({ name, status: 'passed', assertionResults }))
    for (const { message } of failedExpectations ?? []) {
      testResults.push({ name: 'jasmine', status: 'failed', message, assertionResults: [] })
    }
    writeFileSync(process.env.SUITE_REPORT, JSON.stringify({ testResults }))
  }
}
`

function execute(run: Run, args: readonly string[], report: string): Promise<void> {
  const { part, folder, node, answers, log } = run
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    PATH: [dirname(node), process.env.PATH].join(delimiter),
    CI: '1',
    NO_COLOR: '1',
    SUITE_REPORT: report,
    ...(part.answers !== undefined && answers !== undefined && { [part.answers]: answers }),
  }
  return new Promise((resolve, reject) => {
    const file = createWriteStream(log)
    const child = spawn('nice', ['-n', '10', node, ...args], { cwd: folder, env, timeout: MOST_MS })
    child.stdout.pipe(file, { end: false })
    child.stderr.pipe(file, { end: false })
    child.on('error', reject)
    // Failing tests are no failure of the run.
    child.on('close', () => file.end(resolve))
  })
}
