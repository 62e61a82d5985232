import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

/** Version of the Next.js that the application in the current folder has; the newest one known where it cannot be read. */
export function nextMajor(): { readonly major: number; readonly minor: number } {
  try {
    const { version } = JSON.parse(readFileSync(manifestOfNext(), 'utf8')) as { version: string }
    const [major = 16, minor = 0] = version.split('.').map(Number)
    return { major, minor }
  } catch {
    return { major: 16, minor: 0 }
  }
}

/** Next reads its configuration in the folder of the application; the file is read, nothing of it is run. */
const manifestOfNext = (): string =>
  createRequire(join(process.cwd(), 'next.config.js')).resolve('next/package.json')
