import { spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'

const SIZE = '48m'

/**
 * The folder of the spool on a disk of its own that can be filled up, and ways to make a process unable to write to
 * it. Mounting a small tmpfs takes the rights of root; a limit on the size of files can be set on any own process.
 */
export function createDisk(home) {
  const mounted = join(home, 'disk')
  mkdirSync(mounted)
  const ran = (command, ...args) => spawnSync(command, args, { stdio: 'ignore' }).status === 0
  const isMounted = ran('mount', '-t', 'tmpfs', '-o', `size=${SIZE}`, 'tmpfs', mounted)
  const ballast = join(mounted, 'ballast')
  const hasPrlimit = ran('prlimit', '--version')
  const limit = (pid, bytes) => ran('prlimit', '--pid', String(pid), `--fsize=${bytes}:unlimited`)
  const ways = {
    ...(isMounted && {
      'disk full': { begin: () => fill(ballast), end: () => rmSync(ballast, { force: true }) },
    }),
    ...(hasPrlimit && {
      'file size limit': { begin: (pid) => limit(pid, 4096), end: (pid) => limit(pid, 'unlimited') },
    }),
  }
  return {
    dir: join(mounted, 'spool'),
    ways,
    remove() {
      if (isMounted) ran('umount', '-l', mounted)
      rmSync(home, { recursive: true, force: true })
    },
  }
}

function fill(path) {
  const file = openSync(path, 'w')
  try {
    for (let size = 1 << 20; size >= 512; ) {
      try {
        writeSync(file, Buffer.alloc(size))
      } catch (error) {
        if (error.code !== 'ENOSPC') throw error
        size /= 2
      }
    }
  } finally {
    closeSync(file)
  }
}
