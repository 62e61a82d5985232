import { join } from 'node:path'
import { build as bundle } from 'esbuild'
import { edgeEntries } from './entries.ts'

/** The slice of esbuild's plugin interface that is used here. */
interface Build {
  readonly initialOptions: {
    readonly define?: Readonly<Record<string, string>>
    readonly outdir?: string | undefined
  }
  onResolve(options: { filter: RegExp }, callback: () => { path: string }): void
  onEnd(callback: () => Promise<void>): void
}

/** Our own substitutes for what only Node has. */
const SUBSTITUTES: readonly (readonly [RegExp, string])[] = [
  [/^node:net$/, 'src/edge/net.ts'],
  [/\/random-hex\.ts$/, 'src/edge/random-hex.ts'],
]

const substitutes = {
  name: 'substitutes',
  setup(build: Build): void {
    for (const [filter, path] of SUBSTITUTES)
      build.onResolve({ filter }, () => ({ path: join(process.cwd(), path) }))
  },
}

/**
 * Builds the entries for browsers and edge runtimes beside the others, in their own folder: they share no chunk with
 * those, since a chunk that both use would bring Node's modules along. An import of anything outside fails here.
 */
export const edgeBuild = {
  name: 'edge-build',
  setup(build: Build): void {
    const { define, outdir } = build.initialOptions
    if (define?.['import.meta.url'] === 'undefined' || outdir === undefined) return
    build.onEnd(async () => {
      await bundle({
        entryPoints: { ...edgeEntries },
        outdir: join(outdir, 'edge'),
        bundle: true,
        splitting: true,
        format: 'esm',
        platform: 'browser',
        target: 'es2022',
        chunkNames: 'chunk-[hash]',
        plugins: [substitutes],
      })
    })
  },
}
