import { defineConfig } from 'tsup'
import { bundled, entries, workers } from './scripts/entries.ts'
import { realImports } from './scripts/real-imports.ts'

/** Why it is built this way: docs/decisions/0001-bundling.md. */
export default defineConfig({
  entry: { ...entries, ...workers },
  format: ['esm', 'cjs'],
  target: 'node20',
  splitting: true,
  clean: true,
  metafile: true,
  removeNodeProtocol: false,
  dts: { entry: entries, compilerOptions: { ignoreDeprecations: '6.0' } },
  noExternal: bundled,
  esbuildPlugins: [realImports],
  esbuildOptions(options, { format }) {
    // CommonJS has `__filename`, and a parser that stops at `import.meta`.
    if (format === 'cjs') options.define = { ...options.define, 'import.meta.url': 'undefined' }
  },
})
