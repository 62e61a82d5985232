import { spawn } from 'node:child_process'
import { closeSync, existsSync, openSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fileBeside } from '../support/child.ts'
import { cleanEnv } from '../support/run.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'turnspan-stderr-'))
})
afterEach(() => rm(folder, { recursive: true }))

interface Ended {
  readonly code: number | null
  readonly stderr: string
  /** How many diagnostics the program's own listener was told, if it came to its end. */
  readonly told: string | undefined
}

async function run(stderr: 'pipe' | number, through: string, readerIsGone = false): Promise<Ended> {
  const file = join(folder, 'done')
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', fileBeside(import.meta.url, './stderr.child.ts'), file, through],
    { env: cleanEnv(), stdio: ['ignore', 'ignore', stderr] },
  )
  let text = ''
  if (readerIsGone) child.stderr?.destroy()
  else child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { code, stderr: text, told: existsSync(file) ? await readFile(file, 'utf8') : undefined }
}

describe.each(['file', 'stream'])('a diagnostic that is written to the %s', (through) => {
  test('arrives, whole and in its order', async () => {
    expect(await run('pipe', through)).toEqual({
      code: 0,
      told: '2',
      stderr: 'turnspan warn: the first [TS_PROBE]\nturnspan warn: the second [TS_PROBE]\n',
    })
  })

  test('harms nobody when the reader of stderr is gone', async () => {
    expect(await run('pipe', through, true)).toMatchObject({ code: 0, told: '2' })
  })

  test.runIf(existsSync('/dev/full'))('harms nobody when the disk is full', async () => {
    const full = openSync('/dev/full', 'w')
    try {
      expect(await run(full, through)).toMatchObject({ code: 0, told: '2' })
    } finally {
      closeSync(full)
    }
  })
})
