import { readdirSync, statSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { modulesOf } from '../../providers/app.ts'
import { assembleApp, type BuiltApp } from '../../support/built.ts'

/** An application with turnspan and the programs of this folder. */
export async function spoolApp(): Promise<BuiltApp> {
  const programs = fileURLToPath(new URL('./fixtures', import.meta.url))
  return assembleApp({ modules: await modulesOf('otel-2'), programs: [programs] })
}

/** A folder for a spool. */
export interface SpoolFolder extends AsyncDisposable {
  readonly dir: string
  /** Every file in it that is not a folder, by its path from `dir`. */
  files(): Promise<string[]>
  /** The segments among them. */
  segments(): Promise<string[]>
  /** What all files in it have, before anything else happens. */
  bytesNow(): number
}

export async function spoolFolder(): Promise<SpoolFolder> {
  const parent = await mkdtemp(join(tmpdir(), 'turnspan-spool-'))
  const dir = join(parent, 'spool')
  const files = async (): Promise<string[]> => {
    const found = await readdir(dir, { recursive: true, withFileTypes: true }).catch(() => [])
    return found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  }
  return {
    dir,
    files,
    segments: async () => (await files()).filter((path) => path.endsWith('.seg')),
    bytesNow() {
      const found = readdirSync(dir, { recursive: true, withFileTypes: true })
      const sizes = found.map((entry) =>
        entry.isFile() ? statSync(join(entry.parentPath, entry.name)).size : 0,
      )
      return sizes.reduce((sum, size) => sum + size, 0)
    },
    [Symbol.asyncDispose]: () => rm(parent, { recursive: true, force: true }),
  }
}

/** The environment of a program that sends over HTTP and has a spool. */
export function spoolEnv(
  url: string,
  dir: string,
  more: Record<string, string> = {},
): Record<string, string> {
  return {
    OTEL_EXPORTER_OTLP_ENDPOINT: url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
    TURNSPAN_CAPTURE_CONTENT: 'true',
    TURNSPAN_SPOOL: dir,
    ...more,
  }
}
