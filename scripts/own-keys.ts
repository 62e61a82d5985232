import { readFile } from 'node:fs/promises'
import type { Options } from 'tsup'

/** The slice of esbuild's plugin interface that is used here. */
interface Build {
  onLoad(
    options: { filter: RegExp },
    callback: (found: { path: string }) => Promise<{ contents: string; loader: 'js' }>,
  ): void
}

const FOR_IN = /\bfor \((const|let|var) (\w+) in (\w+)\)/g

/**
 * Members that a program gives all objects (`Object.prototype.extend = …`) turn up in each `for … in` loop, and zod takes
 * them for its own: it throws when a schema is made. What is bundled loops over the keys of the object itself.
 */
export const ownKeysOfZod = {
  name: 'own-keys-of-zod',
  setup(build: Build): void {
    build.onLoad({ filter: /[\\/]node_modules[\\/]zod[\\/].*\.js$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replace(FOR_IN, 'for ($1 $2 of Object.keys(Object($3)))'),
      loader: 'js',
    }))
  },
}

/** The same for esbuild's own helper, which makes the namespace of a module. */
export const ownKeysOfNamespaces: NonNullable<Options['plugins']>[number] = {
  name: 'own-keys-of-namespaces',
  renderChunk(code, info) {
    if (info.type !== 'chunk') return
    return { code: code.replace('for (var name in all)', 'for (var name of Object.keys(all))') }
  },
}
