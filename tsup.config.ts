import { defineConfig } from 'tsup'
import { bundled, entries } from './scripts/entries.ts'
import { realImports } from './scripts/real-imports.ts'

/** Why it is built this way: docs/decisions/0001-bundling.md. */
export default defineConfig({
  entry: entries,
  format: ['esm', 'cjs'],
  target: 'node20',
  splitting: true,
  clean: true,
  metafile: true,
  removeNodeProtocol: false,
  dts: { compilerOptions: { ignoreDeprecations: '6.0' } },
  noExternal: bundled,
  esbuildPlugins: [realImports],
})
