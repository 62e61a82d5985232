import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cached, progress } from './cache.ts'
import { run } from './run.ts'

/** Path of a file beside this one: the Python programs and their requirements. */
export function supportFile(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url))
}

/** Python of a cached venv that holds exactly what the requirements file pins. */
export async function venvPython(name: string, requirements: string): Promise<string> {
  const version = await pythonVersion()
  const pins = createHash('sha256')
    .update(readFileSync(supportFile(requirements)))
    .digest('hex')
    .slice(0, 8)
  const entry = `${name}-py${version}-${pins}`
  const dir = await cached(entry, async (target) => {
    const onProgress = (line: string): void => progress(`${entry}: ${line}`)
    await run('python3', ['-m', 'venv', target], { onProgress })
    await run(join(target, 'bin', 'python'), [...INSTALL, '-r', supportFile(requirements)], { onProgress })
  })
  return join(dir, 'bin', 'python')
}

/**
 * A cached folder with these packages (`name==version`), without what they depend on: on `PYTHONPATH` it goes before the
 * versions that the venv of `python` has.
 */
export function pythonFolder(python: string, packages: readonly string[]): Promise<string> {
  const entry = `${packages.join('-').replaceAll('==', '-')}-alone`
  return cached(entry, async (target) => {
    const onProgress = (line: string): void => progress(`${entry}: ${line}`)
    await run(python, [...INSTALL, '--no-deps', '--target', target, ...packages], { onProgress })
  })
}

// Without --no-compile pip compiles 10,000 files of which a server reads a tenth.
const INSTALL = [
  '-m',
  'pip',
  'install',
  '--no-compile',
  '--disable-pip-version-check',
  '--progress-bar',
  'off',
]

let version: Promise<string> | undefined

function pythonVersion(): Promise<string> {
  version ??= run('python3', ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])']).then(
    (text) => text.trim(),
    (cause) => {
      throw new Error('These tests need python3 (3.11 or newer, with the venv module) on the PATH.', {
        cause,
      })
    },
  )
  return version
}
