import {
  activeContext,
  isObject,
  type Method,
  modelCallIn,
  noteAttempt,
  noteSent,
  type Patches,
  read,
} from '../base/index.ts'

/** The place of the function that sends, in the parameters of the client's `apiCall`; early versions have none. */
const SENDING = 5

/**
 * Makes an event of each attempt that the client repeats by itself (`httpOptions.retryOptions`). What sends a request is
 * a parameter of the method that repeats, so each attempt is seen there; the same requests go out.
 *
 * @returns takes an instance, whose client's class cannot be reached otherwise
 */
export function attemptsObserver(patches: Patches): (models: unknown) => void {
  const met = new WeakSet<object>()
  return (models) => {
    const client = read(models, 'apiClient')
    const prototype: unknown = isObject(client) ? Object.getPrototypeOf(client) : undefined
    if (!isObject(prototype) || met.has(prototype)) return
    met.add(prototype)
    for (const method of ['request', 'requestStream']) patches.wrap(prototype, method, observedRequest)
    if (Number(read(prototype, 'apiCall', 'length')) > SENDING) patches.wrap(prototype, 'apiCall', observed)
  }
}

/** Notes what is sent, which the client gives to these as JSON text. */
function observedRequest(original: Method): Method {
  return function (...args) {
    const call = modelCallIn(activeContext())
    if (call !== undefined) noteSent(call, read(args[0], 'body'), read(args[0], 'path'))
    return Reflect.apply(original, this, args)
  }
}

function observed(original: Method): Method {
  return function (...args) {
    const [_url, _request, retryOptions] = args
    const call = retryOptions === undefined ? undefined : modelCallIn(activeContext())
    if (call === undefined) return Reflect.apply(original, this, args)
    const send = (args[SENDING] ?? fetch) as Method
    const given = [...args]
    given[SENDING] = (...request: unknown[]): unknown => {
      const attempt: unknown = Reflect.apply(send, undefined, request)
      if (isObject(attempt)) noteAttempt(call, attempt as Promise<unknown>)
      return attempt
    }
    return Reflect.apply(original, this, given)
  }
}
