import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type BuildOptions, build as esbuild } from 'esbuild'
import { build as vite } from 'vite'
import type * as Plugins from '../../../src/bundler/index.ts'

/** What bundles a program. */
export interface Bundler {
  readonly name: string
  /** @returns the file to run */
  bundle(program: string, dir: string): Promise<string>
}

/** Where bundlers and plugins are. */
export interface Tools {
  /** The application, with its packages. */
  readonly app: string
  /** Packages of the fixture. */
  readonly modules: string
  /** The plugins of the turnspan that the application has. */
  readonly plugins: typeof Plugins
}

type Load = <T>(name: string) => Promise<T>
/** The packages of the fixture are not among the dependencies of this repository. */
const loader =
  (modules: string): Load =>
  (name) =>
    import(pathToFileURL(createRequire(join(modules, 'x.js')).resolve(name)).href)

/** A banner for ES modules in which CommonJS packages call `require`. */
const REQUIRE = "import { createRequire as c } from 'node:module'; const require = c(import.meta.url);"

export function byEsbuild(tools: Tools, name: string, options: BuildOptions): Bundler {
  const esm = options.format === 'esm'
  return {
    name,
    async bundle(program, dir) {
      const outfile = join(dir, esm ? 'app.mjs' : 'app.cjs')
      await esbuild({
        entryPoints: [program],
        outfile,
        bundle: true,
        platform: 'node',
        logLevel: 'error',
        plugins: [tools.plugins.turnspanEsbuildPlugin()],
        ...(esm && { banner: { js: REQUIRE } }),
        ...options,
      })
      return outfile
    },
  }
}

/** Of `ws`; Vite makes an error of what is not installed. */
const withoutOptionalParts = {
  name: 'without-optional-parts',
  enforce: 'pre' as const,
  resolveId: (id: string) => (/^(bufferutil|utf-8-validate)$/.test(id) ? '\0optional' : undefined),
  load: (id: string) => (id === '\0optional' ? 'export default undefined' : undefined),
}

export const byVite = (tools: Tools): Bundler => ({
  name: 'Vite, for a server',
  async bundle(program, dir) {
    await vite({
      root: tools.app,
      logLevel: 'error',
      configFile: false,
      plugins: [tools.plugins.turnspanVitePlugin(), withoutOptionalParts],
      ssr: { noExternal: true },
      build: {
        ssr: program,
        outDir: dir,
        emptyOutDir: false,
        rollupOptions: { output: { entryFileNames: 'app.mjs', inlineDynamicImports: true } },
      },
    })
    return join(dir, 'app.mjs')
  },
})

interface Rollup {
  rollup(options: object): Promise<{ write(options: object): Promise<unknown> }>
}
type Factory = (options?: object) => unknown

export const byRollup = (tools: Tools): Bundler => ({
  name: 'Rollup',
  async bundle(program, dir) {
    const load = loader(tools.modules)
    const { rollup } = await load<Rollup>('rollup')
    const { nodeResolve } = await load<{ nodeResolve: Factory }>('@rollup/plugin-node-resolve')
    const [commonjs, json] = [
      await load<{ default: Factory }>('@rollup/plugin-commonjs'),
      await load<{ default: Factory }>('@rollup/plugin-json'),
    ]
    const bundle = await rollup({
      input: program,
      plugins: [
        tools.plugins.turnspanRollupPlugin(),
        nodeResolve({ preferBuiltins: true, exportConditions: ['node'] }),
        commonjs.default(),
        json.default(),
      ],
      onwarn: () => undefined,
    })
    await bundle.write({ file: join(dir, 'app.mjs'), format: 'esm', inlineDynamicImports: true })
    return join(dir, 'app.mjs')
  },
})

interface Stats {
  hasErrors(): boolean
  toString(options: string): string
}
type Webpack = (options: object, done: (error: Error | null, stats?: Stats) => void) => void

export const byWebpack = (tools: Tools, name: 'webpack' | '@rspack/core'): Bundler => ({
  name,
  async bundle(program, dir) {
    const loaded = await loader(tools.modules)<{ default?: Webpack; rspack?: Webpack }>(name)
    const webpack = (loaded.rspack ?? loaded.default) as Webpack
    await new Promise<void>((resolve, reject) => {
      const options = {
        mode: 'production',
        target: 'node',
        entry: program,
        output: { path: dir, filename: 'app.cjs' },
        plugins: [tools.plugins.turnspanWebpackPlugin()],
        // It takes minutes for all of these packages.
        optimization: { minimize: false },
        performance: { hints: false },
      }
      webpack(options, (error, stats) => {
        if (error === null && stats?.hasErrors() === false) resolve()
        else reject(error ?? new Error(stats?.toString('errors-only')))
      })
    })
    return join(dir, 'app.cjs')
  },
})
