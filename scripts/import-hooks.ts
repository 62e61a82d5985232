import { build } from 'esbuild'

/** The hooks that Node 20 runs in a thread of their own, as one ES module without imports but those of Node. */
export async function importHooksScript(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: ['src/modules/import-hooks.ts'],
    bundle: true,
    write: false,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
  })
  const [script] = outputFiles
  if (script === undefined) throw new Error('The import hooks could not be bundled.')
  return script.text
}
