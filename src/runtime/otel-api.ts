/** The part of OpenTelemetry's API that cannot be done without the application's copy of it. */
export type Api = Pick<typeof import('@opentelemetry/api'), 'context' | 'trace'>

const API = '@opentelemetry/api'

let api: Api | undefined
let tried = false

/**
 * The copy of OpenTelemetry's API that `import` gives this package, loaded when it is first asked for: loading it takes
 * as long as loading and starting all of our own code. The build puts other modules in the place of this one (see
 * `#otel-api` in package.json): `otel-api-required.ts` into CommonJS, `otel-api-bundled.ts` into bundled applications.
 *
 * @param folder - the folder of the package, where it is known
 * @param arrived - called when there is no way to have it at once, and it came later
 * @returns `undefined` where it cannot be had at once
 */
export function loadApi(folder: () => string | undefined, arrived?: () => void): Api | undefined {
  if (!tried) {
    tried = true
    api = required(folder) ?? imported(arrived)
  }
  return api
}

// A module that `import` has loaded, or will load, is one and the same for `require` of its file: CommonJS always was,
// and Node 20.19 can do so with ES modules.
function required(folder: () => string | undefined): Api | undefined {
  // A bundler took this file all the same: then the file that it came from, and what lies beside it, mean nothing.
  if (!/\/otel-api\.[jt]s$/.test(import.meta.url)) return undefined
  try {
    const { createRequire } = process.getBuiltinModule('node:module')
    const { fileURLToPath } = process.getBuiltinModule('node:url')
    const load = createRequire(import.meta.url)
    return parts(folder(), load) ?? load(fileURLToPath(import.meta.resolve(API)))
  } catch {
    return undefined
  }
}

/**
 * Version 1.9 is fifty files, and these two do without half of them. Whoever loads the rest gets these very two. Later
 * versions have other files.
 */
function parts(folder: string | undefined, load: (path: string) => unknown): Api | undefined {
  if (folder === undefined) return undefined
  const part = <K extends keyof Api>(key: K): Api[K] | undefined =>
    (load(`${folder}/build/src/${key}-api.js`) as Partial<Api>)[key]
  try {
    const [trace, context] = [part('trace'), part('context')]
    return trace && context && { trace, context }
  } catch {
    return undefined
  }
}

function imported(arrived: (() => void) | undefined): undefined {
  void import('@opentelemetry/api')
    .then((found) => {
      api = found
      arrived?.()
    })
    .catch(() => undefined)
}
