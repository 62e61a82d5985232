import { injectHeaders } from '../../context/propagation.ts'
import { isPlainObject, type Method, membersOf, ownerOf, type Patches, type Wrap } from '../base/index.ts'
import { runAgent } from './run.ts'

/**
 * Patches the classes of agents in `copy`: exports of the package, a class, or an agent. They are found by what they have, for
 * bundlers change their names.
 *
 * @returns whether there was one
 */
export function patchAgUi(copy: unknown, patches: Patches): boolean {
  return membersOf(copy)
    .map((one) => patchAgent(one, patches))
    .includes(true)
}

function patchAgent(target: unknown, patches: Patches): boolean {
  // Of the class that all agents extend: what a subclass does around a run belongs to the program.
  const base = ownerOf(target, 'prepareRunAgentInput')
  if (base === undefined || !patches.wrap(base, 'runAgent', runner)) return false
  patches.wrap(target, 'requestInit', requester)
  return true
}

const runner: Wrap = (run: Method) =>
  function (...args) {
    return runAgent(this, () => Reflect.apply(run, this, args))
  }

/** The request of an agent behind HTTP, with the active trace among its headers. */
const requester: Wrap = (requestInit) =>
  function (...args) {
    const init: unknown = Reflect.apply(requestInit, this, args)
    try {
      return withTrace(init)
    } catch {
      // What cannot be copied is sent as it is.
      return init
    }
  }

function withTrace(init: unknown): unknown {
  if (!isPlainObject(init) || !isPlainObject(init.headers)) return init
  const { headers } = init
  if (Object.keys(headers).some((key) => key.toLowerCase() === 'traceparent')) return init
  const trace = injectHeaders<Record<string, string>>({})
  return trace.traceparent === undefined ? init : { ...init, headers: { ...headers, ...trace } }
}
