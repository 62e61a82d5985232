import { build } from 'esbuild'

/** The slice of esbuild's plugin interface that is used here. */
interface Build {
  onResolve(
    options: { filter: RegExp },
    callback: (found: { kind: string }) => { path: string; external: boolean } | undefined,
  ): void
}

/**
 * The exit worker as one script without imports but those of Node: what a bundled application starts, which has no
 * other file. Minified, because it travels as a text that nobody's minifier looks into.
 */
export async function exitWorkerScript(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: ['src/setup/exit-worker.ts'],
    bundle: true,
    write: false,
    minify: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    mainFields: ['module', 'main'],
    supported: { 'dynamic-import': false },
    define: { 'import.meta.url': 'undefined' },
  })
  const [script] = outputFiles
  if (script === undefined) throw new Error('The exit worker could not be bundled.')
  return script.text
}

/**
 * Lets package.json decide which of both modules stands for the exit worker's source: bundlers set the condition
 * `module`, Node does not. So every bundler takes the text in, and no process without one loads it.
 */
export const exitWorkerByCondition = {
  name: 'exit-worker-by-condition',
  setup(build: Build): void {
    build.onResolve({ filter: /\/exit-source\.ts$/ }, ({ kind }) =>
      kind === 'entry-point' ? undefined : { path: '#exit-worker', external: true },
    )
  },
}
