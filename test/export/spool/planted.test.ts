import { chmod, chown, lchown, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makePrivate } from '../../../src/export/spool/folder.ts'

const SOMEBODY = 54_321

let everybody: string
beforeEach(async () => {
  everybody = await mkdtemp(join(tmpdir(), 'turnspan-everybody-'))
  await chmod(everybody, 0o1777)
})
afterEach(() => rm(everybody, { recursive: true }))

// Giving a folder to another user is for root alone.
describe.runIf(process.getuid?.() === 0)('a folder in a place where everybody may make one', () => {
  test('is not used when somebody else made it, though what lies in it is ours', async () => {
    const planted = join(everybody, 'turnspan-0')
    const spool = join(planted, 'turnspan', 'spool')
    await mkdir(join(planted, 'turnspan'), { recursive: true })
    await chown(planted, SOMEBODY, SOMEBODY)
    expect(() => makePrivate(spool)).toThrow(/turnspan-0 belongs to another user/)
    await chown(planted, 0, 0)
    expect(() => makePrivate(spool)).not.toThrow()
  })

  test('is not reached by somebody else’s link', async () => {
    const own = join(everybody, 'own')
    await mkdir(own)
    const link = join(everybody, 'link')
    await symlink(own, link)
    await lchown(link, SOMEBODY, SOMEBODY)
    expect(() => makePrivate(join(link, 'spool'))).toThrow(/link belongs to another user/)
    expect(() => makePrivate(join(own, 'spool'))).not.toThrow()
  })
})
