import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

/** What a bundle of an application holds of turnspan: the whole entry, and the little that one function needs. */
const PROGRAMS = [
  ['entry', 'core entry', "export * from 'turnspan'"],
  ['withSpan', '`withSpan` alone', "import { withSpan } from 'turnspan'\nwithSpan(() => 1)"],
]

/** Each program with its size minified, gzipped and not. `dir` is an application with turnspan in `node_modules`. */
export async function bundleSizes(dir) {
  const sizes = []
  for (const [key, title, contents] of PROGRAMS) {
    const bytes = await bundled(dir, contents)
    sizes.push({
      key,
      title,
      kb: bytes.length / 1000,
      gzippedKb: gzipSync(bytes, { level: 9 }).length / 1000,
    })
  }
  return sizes
}

/**
 * As an application for Node is bundled that keeps OpenTelemetry's API outside. What is loaded only when it is needed
 * does not count, nor does the worker that Node finds in a file of its own.
 */
async function bundled(dir, contents) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: dir, loader: 'js' },
    absWorkingDir: dir,
    bundle: true,
    minify: true,
    treeShaking: true,
    platform: 'node',
    format: 'esm',
    write: false,
    logLevel: 'error',
    external: ['@opentelemetry/api', '#exit-worker'],
    plugins: [lazyChunksOutside],
  })
  return outputFiles[0].contents
}

const lazyChunksOutside = {
  name: 'lazy-chunks-outside',
  setup: ({ onResolve }) =>
    onResolve({ filter: /.*/ }, ({ path, kind }) =>
      kind === 'dynamic-import' ? { path, external: true } : undefined,
    ),
}
