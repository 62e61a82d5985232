import { existsSync, realpathSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { ownFileIfAny } from '../runtime/own-file.ts'
import { processWide } from '../runtime/registry.ts'

const noted = (): Set<string> => processWide('program-files', () => new Set<string>())

/** Notes a file of the program's own: one from which turnspan was called. */
export function noteProgramFile(file: string): void {
  noted().add(file)
}

/**
 * Files from which the program resolves its packages: its main file, those that called turnspan, and this package's own,
 * which was resolved from one of them. The current directory is not one of them.
 */
export function programFiles(): readonly string[] {
  const files = new Set([...noted()])
  const main = mainFile()
  if (main !== undefined) files.add(main)
  const own = ownFileIfAny()
  if (own !== undefined) files.add(own)
  return [...files]
}

/** The file that Node was started with; Node itself resolves it by the current directory. */
function mainFile(): string | undefined {
  const given = process.argv[1]
  if (given === undefined || given === '' || given === '-') return undefined
  const path = resolve(given)
  const found = [path, `${path}.js`, join(path, 'index.js')].find((candidate) => existsSync(candidate))
  try {
    return found === undefined ? undefined : realpathSync(found)
  } catch {
    return found
  }
}
