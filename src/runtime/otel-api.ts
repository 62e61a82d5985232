/** The application's copy of `@opentelemetry/api`. */
export type Api = typeof import('@opentelemetry/api')

const API = '@opentelemetry/api'

let api: Api | undefined
let tried = false

/**
 * The copy of OpenTelemetry's API that `import` gives this package, loaded when it is first asked for: loading it takes
 * as long as all of our own code. The build puts other modules in the place of this one (see `#otel-api` in package.json):
 * `otel-api-required.ts` into CommonJS, `otel-api-bundled.ts` into bundled applications.
 *
 * @param arrived - called when there is no way to have it at once, and it came later
 * @returns `undefined` where it cannot be had at once
 */
export function loadApi(arrived?: () => void): Api | undefined {
  if (!tried) {
    tried = true
    api = required() ?? imported(arrived)
  }
  return api
}

// A module that `import` has loaded, or will load, is one and the same for `require` of its file: CommonJS always was,
// and Node 20.19 can do so with ES modules.
function required(): Api | undefined {
  // A bundler took this file all the same: then the file that it came from, and what lies beside it, mean nothing.
  if (!/\/otel-api\.[jt]s$/.test(import.meta.url)) return undefined
  try {
    const { createRequire } = process.getBuiltinModule('node:module')
    const { fileURLToPath } = process.getBuiltinModule('node:url')
    return createRequire(import.meta.url)(fileURLToPath(import.meta.resolve(API)))
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
