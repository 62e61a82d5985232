import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

const scripts = fileURLToPath(new URL('../../scripts/', import.meta.url))

/** A clone of a tiny project whose "npm" notes its call and installs what the lock file asks for. */
let clone: string
beforeEach(() => {
  clone = mkdtempSync(join(tmpdir(), 'turnspan-clone-'))
  for (const name of ['deps.mjs', 'with-deps.mjs', 'test.mjs']) {
    cpSync(join(scripts, name), join(clone, 'scripts', name))
  }
  lock('1.0.0')
  npm(`mkdir -p node_modules/.bin && cp package-lock.json node_modules/.package-lock.json`)
})
afterEach(() => rmSync(clone, { recursive: true }))

function lock(version: string): void {
  const packages = {
    '': {},
    'node_modules/dep': { version },
    'node_modules/other-system': { version, optional: true },
  }
  writeFileSync(join(clone, 'package-lock.json'), JSON.stringify({ packages }))
}

function npm(body: string): void {
  executable('bin', 'npm', `echo "npm $*" >> npm-calls\n${body}`)
}

function executable(folder: string, name: string, body: string): void {
  mkdirSync(join(clone, folder), { recursive: true })
  writeFileSync(join(clone, folder, name), `#!/bin/sh\n${body}\n`)
  chmodSync(join(clone, folder, name), 0o755)
}

function node(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const env = { ...process.env, PATH: `${join(clone, 'bin')}${delimiter}${process.env.PATH}` }
  return spawnSync(process.execPath, args, { cwd: clone, env, encoding: 'utf8' })
}

const npmWasCalled = (): boolean => {
  const called = existsSync(join(clone, 'npm-calls'))
  rmSync(join(clone, 'npm-calls'), { force: true })
  return called
}

describe('with-deps', () => {
  test('installs on a fresh clone, and only then', () => {
    const first = node('scripts/with-deps.mjs', 'echo', 'hello')
    expect([first.status, first.stdout]).toEqual([0, 'hello\n'])
    expect(npmWasCalled()).toBe(true)
    expect(node('scripts/with-deps.mjs', 'echo', 'again').stdout).toBe('again\n')
    expect(npmWasCalled()).toBe(false)
  })

  test('installs again when the lock file has moved on', () => {
    node('scripts/with-deps.mjs', 'true')
    npmWasCalled()
    lock('2.0.0')
    node('scripts/with-deps.mjs', 'true')
    expect(npmWasCalled()).toBe(true)
  })

  test('is content without the optional packages of other systems', () => {
    mkdirSync(join(clone, 'node_modules'))
    const packages = { 'node_modules/dep': { version: '1.0.0' } }
    writeFileSync(join(clone, 'node_modules', '.package-lock.json'), JSON.stringify({ packages }))
    node('scripts/with-deps.mjs', 'true')
    expect(npmWasCalled()).toBe(false)
  })

  test('ends with the code of the command', () => {
    expect(node('scripts/with-deps.mjs', 'sh', '-c', 'exit 7').status).toBe(7)
    expect(node('scripts/with-deps.mjs', 'no-such-program').status).toBe(127)
    expect(node('scripts/with-deps.mjs').status).toBe(2)
  })

  test('does not run the command when the installation fails', () => {
    npm('exit 1')
    const { status, stdout, stderr } = node('scripts/with-deps.mjs', 'echo', 'hello')
    expect([status, stdout]).toEqual([1, ''])
    expect(stderr).toContain('npm ci failed')
  })
})

describe('the test command', () => {
  const report = (passed: number, failed: string[]): string =>
    JSON.stringify({
      numPassedTests: passed,
      numFailedTests: failed.length,
      testResults: [
        {
          name: 'a.test.ts',
          status: failed.length > 0 ? 'failed' : 'passed',
          message: '',
          assertionResults: failed.map((fullName) => ({ status: 'failed', fullName })),
        },
      ],
    })

  /** Stands in for every tool: writes the report that vitest would, and ends with the code. */
  function tools(vitestReport: string, code = 0): void {
    for (const name of ['biome', 'tsx', 'tsc', 'tsup', 'publint', 'attw', 'size-limit', 'typedoc']) {
      executable('node_modules/.bin', name, 'exit 0')
    }
    const file =
      'for a in "$@"; do case "$a" in --outputFile.json=*) f=$(echo "$a" | cut -d= -f2);; esac; done'
    executable('node_modules/.bin', 'vitest', `${file}\ncat > "$f" <<'E'\n${vitestReport}\nE\nexit ${code}`)
  }

  const lastLine = (text: string): string | undefined => text.trimEnd().split('\n').at(-1)

  beforeEach(() => {
    node('scripts/with-deps.mjs', 'true')
  })

  test('adds up checks and tests in its last line', () => {
    tools(report(10, []))
    const { status, stdout } = node('scripts/test.mjs')
    const steps = [...stdout.matchAll(/^.+: (\d+) passed, 0 failed \([\d.]+ s\)$/gm)].map((line) =>
      Number(line[1]),
    )
    expect(new Set(steps)).toEqual(new Set([1, 10]))
    expect(lastLine(stdout)).toBe(`${steps.reduce((sum, count) => sum + count)} passed, 0 failed`)
    expect(status).toBe(0)
  })

  test('goes on after a failure, and names it', () => {
    tools(report(9, ['keeps this']), 1)
    executable('node_modules/.bin', 'attw', 'echo "exports is wrong"; exit 3')
    const { status, stdout } = node('scripts/test.mjs')
    expect(lastLine(stdout)).toMatch(/^\d+ passed, 8 failed$/)
    expect(stdout).toContain('api reference: 1 passed, 0 failed')
    expect(stdout).toContain('exports is wrong')
    expect(stdout).toContain('- types as published: `attw --pack . --no-emoji` ended with code 3')
    expect(stdout).toContain('- unit: keeps this')
    expect(status).toBe(1)
  })

  test('counts a run of vitest that gives no report, or an error outside any test, as a failure', () => {
    tools(report(10, []), 1)
    expect(lastLine(node('scripts/test.mjs', '--only', 'unit').stdout)).toBe('10 passed, 1 failed')
    executable('node_modules/.bin', 'vitest', 'exit 0')
    expect(lastLine(node('scripts/test.mjs', '--only', 'unit').stdout)).toBe('0 passed, 1 failed')
  })

  test('fails when nothing ran', () => {
    tools(report(0, []))
    expect(lastLine(node('scripts/test.mjs', '--only', 'unit').stdout)).toBe('0 passed, 1 failed')
    const { status, stdout } = node('scripts/test.mjs', '--only', 'nothing of that name')
    expect([status, lastLine(stdout)]).toEqual([1, '0 passed, 0 failed'])
  })
})
