/**
 * Traces agents that are reached by the AG-UI protocol, with its client: `turnspan/ag-ui`.
 *
 * @packageDocumentation
 */
import { createInstrument, type Uninstrument } from '../base/index.ts'
import { patchAgUi } from './patch-ag-ui.ts'

export type { Uninstrument } from '../base/index.ts'

const instrument: (copy?: unknown) => Uninstrument = createInstrument<object>({
  name: 'ag-ui',
  patch: patchAgUi,
})

/**
 * Traces every run of an agent of `@ag-ui/client`: a span `agent:<agentId>` with the thread as session, which lasts
 * until the run is over. Requests of `HttpAgent` carry the trace context. `init` calls it automatically; call it
 * yourself only where turnspan cannot find the package, for example in a bundled application.
 *
 * @param copy - exports of `@ag-ui/client`, its classes `AbstractAgent` and `HttpAgent`, or an agent. Default: the copies that
 * the application has loaded, and those that it will load
 * @returns a function that restores everything as it was
 * @see https://docs.ag-ui.com
 * @example
 * import { HttpAgent } from '@ag-ui/client'
 * instrumentAgUi(HttpAgent)
 */
export function instrumentAgUi(copy?: unknown): Uninstrument {
  return instrument(copy)
}
