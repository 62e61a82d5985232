import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The slice of esbuild's plugin interface that is used here. */
interface Build {
  onResolve(options: { filter: RegExp }, callback: () => { path: string; sideEffects: boolean }): void
  onLoad(
    options: { filter: RegExp },
    callback: (found: { path: string }) => { contents: string; loader: 'ts' } | undefined,
  ): void
}

interface Plugin {
  readonly name: string
  setup(build: Build): void
}

const CORE = 'the whole core'

/**
 * Keeps what `entries` share with the core in one chunk. esbuild makes a chunk for every set of entries that share a
 * module, so each further entry would split the core once more, and every file costs an import of the core half a
 * millisecond. Whoever loads one of these entries loads the core as well; now the build knows.
 *
 * @param entries - the source files of entries that are never loaded without the core
 */
export const oneCore = (entries: readonly string[]): Plugin => ({
  name: 'one-core',
  setup(build: Build): void {
    const files = new Set(entries.map((file) => join(process.cwd(), file)))
    build.onResolve({ filter: new RegExp(`^${CORE}$`) }, () => ({
      path: join(process.cwd(), 'src/index.ts'),
      sideEffects: true,
    }))
    build.onLoad({ filter: /\.ts$/ }, ({ path }) =>
      files.has(path)
        ? { contents: `${readFileSync(path, 'utf8')}\nimport '${CORE}'\n`, loader: 'ts' }
        : undefined,
    )
  },
})
