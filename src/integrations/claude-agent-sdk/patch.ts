import { LIVE_BINDINGS } from '../../modules/live-bindings.ts'
import { globalSlot } from '../../runtime/registry.ts'
import { isObject, likeness, type Method, type Patches, read } from '../base/index.ts'
import { tracedQuery, tracing } from './query.ts'

/** Puts a traced `query` in the place of the one that a module of the SDK exports. */
export function patchSdk(copy: unknown, patches: Patches): boolean {
  const query = read(copy, 'query')
  if (!isSdk(copy) || typeof query !== 'function') return false
  if (tracing().has(query)) return true
  const set = setterOf(query)
  if (set === undefined) return patches.wrap(copy, 'query', (original) => tracedQuery(original, patches))
  const original = query as Method
  let isOn = true
  const traced = tracedQuery(original, patches)
  const replacement: Method = function (...args) {
    return Reflect.apply(isOn ? traced : original, this, args)
  }
  likeness(original, replacement)
  tracing().add(replacement)
  set(replacement)
  patches.onUndo(() => {
    isOn = false
    if (read(copy, 'query') === replacement) set(original)
  })
  return true
}

/** Whether these are exports of the SDK, rewritten or not. */
export const isSdk = (copy: unknown): boolean =>
  isObject(copy) &&
  typeof read(copy, 'query') === 'function' &&
  typeof read(copy, 'createSdkMcpServer') === 'function'

type Setter = (value: unknown) => void

/** What a module that was rewritten as it was loaded or bundled left for its export. */
function setterOf(exported: object): Setter | undefined {
  const setters = globalSlot<WeakMap<object, Setter>>(LIVE_BINDINGS)()
  return setters instanceof WeakMap ? setters.get(exported) : undefined
}
