import { execFile } from 'node:child_process'
import { mkdtemp, readdir, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { cleanEnv } from '../support/run.ts'

/** Root of the repository. */
export const root: string = fileURLToPath(new URL('../..', import.meta.url))

/** What `npm pack` made. */
export interface Tarball {
  readonly path: string
  /** Bytes of the archive. */
  readonly size: number
  /** Paths inside the package. */
  readonly files: readonly string[]
}

let packed: Promise<Tarball> | undefined

/** The tarball that `npm publish` would send, made once from dist as it is. */
export function packTarball(): Promise<Tarball> {
  packed ??= pack()
  return packed
}

async function pack(): Promise<Tarball> {
  const built = await stat(join(root, 'dist', 'index.d.ts')).catch(() => undefined)
  if (!built || (await newest(join(root, 'src'))) > built.mtimeMs) {
    throw new Error('dist is missing or older than src. Run `npm run build` first.')
  }
  const folder = await mkdtemp(join(tmpdir(), 'turnspan-pack-'))
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder]
  const { stdout } = await promisify(execFile)('npm', args, { cwd: root, env: cleanEnv() })
  const [made] = JSON.parse(stdout) as { filename: string; size: number; files: { path: string }[] }[]
  if (!made) throw new Error('npm pack made nothing')
  return { path: join(folder, made.filename), size: made.size, files: made.files.map(({ path }) => path) }
}

async function newest(folder: string): Promise<number> {
  const paths = await readdir(folder, { recursive: true })
  const times = await Promise.all(paths.map(async (path) => (await stat(join(folder, path))).mtimeMs))
  return Math.max(...times)
}
