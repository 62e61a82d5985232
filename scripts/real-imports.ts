import { builtinModules } from 'node:module'

/** The slice of esbuild's plugin interface that is used here. */
interface Build {
  readonly initialOptions: { readonly format?: string | undefined }
  onResolve(
    options: { filter: RegExp },
    callback: (found: { path: string; kind: string }) => {
      path: string
      external?: boolean
      namespace?: string
    },
  ): void
  onLoad(
    options: { filter: RegExp; namespace: string },
    callback: (found: { path: string }) => { contents: string },
  ): void
}

const OUTSIDE = new RegExp(`^((node:)?(${builtinModules.join('|')})|@opentelemetry/api)$`)

/**
 * Keeps Node's own modules and `@opentelemetry/api` outside the bundle, also where a bundled CommonJS package
 * calls `require` for them. In an ESM chunk esbuild would turn such a call into a shim that throws ("Dynamic
 * require of ... is not supported"); a `createRequire` banner would load the API's CommonJS copy beside the
 * application's ESM copy. So each such call becomes an import of the real module.
 *
 * It takes two steps, because esbuild gives a `require` of an ESM module its namespace object, and what the
 * package asked for is the module's CommonJS value.
 */
export const realImports = {
  name: 'real-imports',
  setup(build: Build): void {
    build.onResolve({ filter: OUTSIDE }, ({ path, kind }) =>
      build.initialOptions.format === 'esm' && kind === 'require-call'
        ? { path, namespace: 'real' }
        : { path, external: true },
    )
    build.onResolve({ filter: /^real-esm:/ }, ({ path }) => ({
      path: path.slice('real-esm:'.length),
      namespace: 'real-esm',
    }))
    build.onLoad({ filter: /.*/, namespace: 'real' }, ({ path }) => ({
      contents: `const m = require('real-esm:${path}'); module.exports = m.default ?? m`,
    }))
    build.onLoad({ filter: /.*/, namespace: 'real-esm' }, ({ path }) => ({
      contents: path.startsWith('@')
        ? `export * from '${path}'`
        : `export { default } from 'node:${path.replace(/^node:/, '')}'`,
    }))
  },
}
