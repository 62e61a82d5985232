import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'

/** A folder of its own for each test, in which programs leave what they could not deliver. */
export interface StateHome {
  /** For `XDG_STATE_HOME`. */
  readonly dir: string
  /** Paths of the files in it. */
  files(): Promise<string[]>
}

/** Call once per file: makes the folder before each test, and removes it afterwards. */
export function stateHomePerTest(): StateHome {
  let dir = ''
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'turnspan-left-'))
  })
  afterEach(() => rm(dir, { recursive: true, force: true }))
  return {
    get dir() {
      return dir
    },
    async files() {
      const found = await readdir(dir, { recursive: true, withFileTypes: true }).catch(() => [])
      return found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
    },
  }
}
