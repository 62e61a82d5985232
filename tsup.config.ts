import { defineConfig } from 'tsup'
import { edgeBuild } from './scripts/edge-build.ts'
import { apiLoaders, bundled, bundlerFiles, entries, workers } from './scripts/entries.ts'
import { exitWorkerByCondition, exitWorkerScript } from './scripts/exit-worker.ts'
import { importHooksScript } from './scripts/import-hooks.ts'
import { lazyRequires } from './scripts/lazy-requires.ts'
import { nodeBuiltins } from './scripts/node-builtins.ts'
import { oneCore } from './scripts/one-core.ts'
import { otelApiByCondition } from './scripts/otel-api.ts'
import { ownMembers } from './scripts/own-members.ts'
import { quietRethrows } from './scripts/quiet-rethrows.ts'
import { realImports } from './scripts/real-imports.ts'

// What is loaded without the core, or before it.
const { index: _core, mlflow: _alone, bundler: _builds, next: _begins, ...besideCore } = entries

/** Why it is built this way: docs/decisions/0001-bundling.md and 0002-package-shape.md. */
export default defineConfig(async () => ({
  entry: { ...entries, ...workers, ...bundlerFiles, ...apiLoaders },
  format: ['esm', 'cjs'],
  target: 'node20',
  splitting: true,
  // Without it tsup makes CommonJS of split chunks with sucrase, which turns `?.` and `??` into calls of closures.
  treeshake: true,
  clean: true,
  metafile: true,
  removeNodeProtocol: false,
  dts: {
    entry: entries,
    // For `Symbol.dispose`, which the types of Node have, but not every application has those.
    banner: '/// <reference lib="esnext.disposable" />',
    // Sources name the types of all that they export (`isolatedDeclarations`), and `types of src` checks them: without
    // the checker, and without what the DOM and Node declare, the same text comes out in a fifth of the time.
    compilerOptions: { ignoreDeprecations: '6.0', noCheck: true, lib: ['ES5'], types: [] },
  },
  noExternal: bundled,
  plugins: [lazyRequires, ownMembers, quietRethrows],
  define: {
    EXIT_WORKER: JSON.stringify(await exitWorkerScript()),
    IMPORT_HOOKS: JSON.stringify(await importHooksScript()),
  },
  esbuildPlugins: [
    oneCore([...Object.values(besideCore), 'src/next/start.ts']),
    nodeBuiltins,
    otelApiByCondition,
    realImports,
    exitWorkerByCondition,
    edgeBuild,
  ],
  esbuildOptions(options, { format }) {
    // CommonJS has `__filename`, and a parser that stops at `import.meta`.
    if (format === 'cjs') options.define = { ...options.define, 'import.meta.url': 'undefined' }
  },
}))
