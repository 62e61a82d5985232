import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

/** `node bench/floor/size.mjs`: what the core entry is made of, by the rooms of `src`, without what is loaded lazily. */
const root = join(import.meta.dirname, '..', '..')
const lazyOutside = {
  name: 'lazy-outside',
  setup({ onResolve }) {
    onResolve({ filter: /.*/ }, ({ path, kind }) =>
      kind === 'dynamic-import' ? { path, external: true } : undefined,
    )
  },
}
const { metafile, outputFiles } = await build({
  entryPoints: [join(root, 'src/index.ts')],
  absWorkingDir: root,
  bundle: true,
  minify: true,
  platform: 'node',
  format: 'esm',
  write: false,
  metafile: true,
  logLevel: 'error',
  external: ['@opentelemetry/api'],
  // Both are loaded from files of their own, where they are needed.
  define: { EXIT_WORKER: '""', IMPORT_HOOKS: '""' },
  plugins: [lazyOutside],
})
const [output] = Object.values(metafile.outputs)
const rooms = new Map()
for (const [file, { bytesInOutput }] of Object.entries(output.inputs)) {
  const room = file.startsWith('src/')
    ? file.split('/').slice(0, -1).join('/')
    : file.split('/').slice(0, 3).join('/')
  rooms.set(room, (rooms.get(room) ?? 0) + bytesInOutput)
}
const kb = (bytes) => (bytes / 1000).toFixed(1)
console.log('| room | minified kB | share |\n|---|---:|---:|')
for (const [room, bytes] of [...rooms].sort(([, a], [, b]) => b - a)) {
  if (bytes > 0) console.log(`| ${room} | ${kb(bytes)} | ${((bytes / output.bytes) * 100).toFixed(1)} % |`)
}
console.log(
  `| all | ${kb(output.bytes)}, gzipped ${kb(gzipSync(outputFiles[0].contents, { level: 9 }).length)} | |`,
)
