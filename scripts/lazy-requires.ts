import type { Options } from 'tsup'

const LAZY = /\bimport\((["'](?:\.\/|node:)[^"']+["'])\)/g

/** Written in the source where esbuild must not take `require` for an import that it can move to the top. */
const AT_ONCE = /\brequireNow\(/g

/**
 * In CommonJS files, lazy imports of our own chunks and of Node's modules become lazy calls of `require`: Jest runs
 * CommonJS where `import()` is refused. Runs before rollup, which leaves `require` alone.
 */
export const lazyRequires: NonNullable<Options['plugins']>[number] = {
  name: 'lazy-requires',
  renderChunk(code, info) {
    if (this.format !== 'cjs' || info.type !== 'chunk') return
    const lazy = code.replace(LAZY, 'Promise.resolve().then(() => require($1))')
    return { code: lazy.replace(AT_ONCE, 'require(') }
  },
}
