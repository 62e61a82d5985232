import type { Api } from './otel-api.ts'

/** Becomes `require` in the build. */
declare const requireNow: (name: string) => Api

let api: Api | undefined

/** What stands in the place of `otel-api.ts` in CommonJS; `undefined` where the package is not there. */
export function loadApi(): Api | undefined {
  try {
    api ??= requireNow('@opentelemetry/api')
  } catch {
    return undefined
  }
  return api
}
