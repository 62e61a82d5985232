import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { ensureDependencies, environment, root, shell } from './deps.mjs'

/**
 * `npm test`: everything that must hold, on a fresh clone with Node and Python 3. Every check counts as one test;
 * a failure does not stop the rest; the last line is `N passed, N failed`. `--backends` adds the tests against
 * real backends where Go is there to build them, `--binaries` those with packages of hundreds of megabytes;
 * `--only <name>` runs the steps of that name alone.
 */
const check = (name, ...command) => ({ name, command })
const suite = (name) => ({ name, project: name })

const flags = process.argv.slice(2)
const only = flags.flatMap((flag, index) => (flag === '--only' ? [flags[index + 1]] : []))
const hasGo = spawnSync('go', ['version'], { stdio: 'ignore' }).status === 0

/** Two at a time, each list in its order: the build and what looks at it leave one of two cores idle. */
const CHECKS = [
  [
    [check('build', 'tsup', '--silent')],
    [
      check('lint', 'biome', 'ci', '--colors=off', '--error-on-warnings', '.'),
      check('rooms', 'tsx', 'scripts/check-rooms.ts'),
      check('words', 'tsx', 'scripts/check-words.ts'),
      check('types of src', 'tsc', '-p', 'tsconfig.json'),
      check('types of tests', 'tsc', '-p', 'tsconfig.test.json'),
      check('types of scripts', 'tsc', '-p', 'scripts'),
      check('notices', 'tsx', 'scripts/notices.ts', '--check'),
      check('table of variables', 'tsx', 'scripts/env-table.ts', '--check'),
      check('api reference', 'typedoc'),
    ],
  ],
  [
    [check('api report', 'tsx', 'scripts/api.ts', '--check')],
    [
      check('publint', 'tsx', 'scripts/publint.ts'),
      check('types as published', 'attw', '--pack', '.', '--no-emoji'),
      check('size', 'size-limit'),
    ],
  ],
]

const SUITES = [
  suite('unit'),
  suite('types'),
  suite('e2e'),
  suite('e2e-3.17'),
  suite('e2e-3.6'),
  suite('packed'),
  suite('environments'),
  ...(flags.includes('--backends') && hasGo ? [suite('backends')] : []),
  ...(flags.includes('--binaries') ? [suite('binaries')] : []),
]

/** How many files are named that take the longest. */
const LONGEST = 8

const totals = { passed: 0, failed: 0 }
const failures = []

/** Runs a program; gives its exit code and, when `quiet`, what it wrote. */
function run(command, quiet) {
  return new Promise((resolve) => {
    const [program, ...args] = command
    const child = spawn(program, args, {
      cwd: root,
      env: quiet ? { ...environment(), NO_COLOR: '1' } : environment(),
      shell,
      stdio: ['ignore', quiet ? 'pipe' : 'inherit', quiet ? 'pipe' : 'inherit'],
    })
    const written = []
    child.stdout?.on('data', (data) => written.push(data))
    child.stderr?.on('data', (data) => written.push(data))
    child.on('error', (error) => resolve({ code: 127, output: error.message }))
    child.on('close', (code) => resolve({ code: code ?? 1, output: Buffer.concat(written).toString() }))
  })
}

async function runCheck({ name, command }) {
  const { code, output } = await run(command, true)
  if (code === 0) return { passed: 1, failed: 0 }
  process.stdout.write(`${output.trimEnd()}\n`)
  failures.push(`${name}: \`${command.join(' ')}\` ended with code ${code}`)
  return { passed: 0, failed: 1 }
}

async function runSuite({ name, project }) {
  const folder = mkdtempSync(join(tmpdir(), 'turnspan-test-'))
  const file = join(folder, 'report.json')
  try {
    const { code } = await run(
      [
        'vitest',
        'run',
        '--project',
        project,
        '--reporter=dot',
        '--reporter=json',
        `--outputFile.json=${file}`,
      ],
      false,
    )
    const report = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined
    if (report) sayDurations(report)
    return countSuite(name, code, report)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Says which files take the longest, so that the whole run stays within its bound. */
function sayDurations({ testResults }) {
  const longest = testResults
    .map(({ name, startTime, endTime }) => ({
      file: relative(root, name),
      seconds: (endTime - startTime) / 1000,
    }))
    .sort((one, other) => other.seconds - one.seconds)
    .slice(0, LONGEST)
    .filter(({ seconds }) => seconds >= 1)
  if (longest.length > 0)
    process.stdout.write(
      `longest: ${longest.map((one) => `${one.file} ${one.seconds.toFixed(0)} s`).join(', ')}\n`,
    )
}

/** Vitest's own counts, and one failure for what it does not count: a file that did not load, a stray rejection. */
function countSuite(name, code, report) {
  if (!report) {
    failures.push(`${name}: vitest gave no report (exit code ${code})`)
    return { passed: 0, failed: 1 }
  }
  let failed = report.numFailedTests
  for (const { name: file, status, message, assertionResults } of report.testResults) {
    const wrong = assertionResults.filter((test) => test.status === 'failed')
    for (const test of wrong) failures.push(`${name}: ${test.fullName}`)
    if (status !== 'failed' || wrong.length > 0) continue
    failed += 1
    failures.push(`${name}: ${file}: ${message.split('\n')[0] || 'a hook failed, see above'}`)
  }
  if (failed === 0 && (code !== 0 || report.numPassedTests === 0)) {
    failed = 1
    failures.push(`${name}: vitest ended with code ${code} after ${report.numPassedTests} passed tests`)
  }
  return { passed: report.numPassedTests, failed }
}

async function runAll(steps) {
  for (const step of steps) {
    const begin = performance.now()
    const { passed, failed } = await (step.project ? runSuite(step) : runCheck(step))
    totals.passed += passed
    totals.failed += failed
    const seconds = ((performance.now() - begin) / 1000).toFixed(1)
    process.stdout.write(`${step.name}: ${passed} passed, ${failed} failed (${seconds} s)\n`)
  }
}

if (ensureDependencies()) {
  if (only.length > 0) await runAll([...CHECKS.flat(2), ...SUITES].filter(({ name }) => only.includes(name)))
  else {
    for (const together of CHECKS) await Promise.all(together.map(runAll))
    await runAll(SUITES)
  }
} else {
  totals.failed = 1
  failures.push('npm ci failed; its messages are above')
}
if (flags.includes('--backends') && !hasGo) {
  process.stdout.write('backends: not run, for they are built with Go and there is none\n')
}
if (failures.length > 0)
  process.stdout.write(`\nFailures:\n${failures.map((line) => `- ${line}`).join('\n')}\n`)
process.exitCode = totals.failed > 0 || totals.passed === 0 ? 1 : 0
process.stdout.write(`${totals.passed} passed, ${totals.failed} failed\n`)
