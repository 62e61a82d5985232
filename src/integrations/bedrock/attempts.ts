import { thenPlainly } from '../../tracing/native-promise.ts'
import {
  activeContext,
  isObject,
  type Method,
  type ModelCall,
  modelCallIn,
  noteAttempt,
  noteSent,
  read,
} from '../base/index.ts'

/** Tokens that the service counts in headers, for models that say nothing of them in their answers. */
export interface HeaderCounts {
  readonly input: number | undefined
  readonly output: number | undefined
  readonly cacheRead: number | undefined
  readonly cacheWrite: number | undefined
}

const counted: WeakMap<ModelCall, HeaderCounts> = new WeakMap()

/** What the headers of the answer to `call` counted. */
export const headerCounts = (call: ModelCall): HeaderCounts | undefined => counted.get(call)

/**
 * Watches the attempts of the one request that `send` makes of `command`: a middleware of the command's own stack, which is
 * taken away again as soon as `send` has made its handler of it. It stands next to the network, after retries and
 * signature, and reads.
 *
 * @returns takes it away
 */
export function watchAttempts(command: unknown): () => void {
  const stack = read(command, 'middlewareStack')
  const add = read(stack, 'add')
  const remove = read(stack, 'remove')
  if (typeof add !== 'function' || typeof remove !== 'function') return () => undefined
  try {
    Reflect.apply(add, stack, [observeAttempt, { step: 'deserialize', priority: 'low' }])
  } catch {
    return () => undefined
  }
  return () => {
    try {
      Reflect.apply(remove, stack, [observeAttempt])
    } catch {
      // It stays, and has nothing to tell where no call is traced.
    }
  }
}

/** A client may keep the handler for later commands of the same class, so whose attempt it is, the context says. */
function observeAttempt(next: Method): Method {
  return (args: unknown) => {
    const call = modelCallIn(activeContext())
    if (call === undefined) return Reflect.apply(next, undefined, [args])
    const request = read(args, 'request')
    noteSent(call, textOf(read(request, 'body')), read(request, 'path'))
    noteServer(call, request)
    const returned: unknown = Reflect.apply(next, undefined, [args])
    if (isObject(returned)) noteAttempt(call, answered(returned as Promise<unknown>, call))
    return returned
  }
}

const textOf = (body: unknown): unknown =>
  body instanceof Uint8Array ? new TextDecoder().decode(body) : body

function noteServer({ span }: ModelCall, request: unknown): void {
  const [host, port] = [read(request, 'hostname'), read(request, 'port')]
  if (typeof host === 'string') span.setAttribute('server.address', host)
  if (typeof port === 'number') span.setAttribute('server.port', port)
}

/** The attempt as {@link noteAttempt} reads it. The client waits for it and handles its failure. */
const answered = (attempt: Promise<unknown>, call: ModelCall): Promise<unknown> =>
  thenPlainly<unknown, unknown>(
    attempt,
    (result) => {
      const response = read(result, 'response')
      const headers = read(response, 'headers')
      const requestId = read(headers, 'x-amzn-requestid')
      if (typeof requestId === 'string') call.span.setAttribute('aws.request_id', requestId)
      noteCounts(call, headers)
      return { status: read(response, 'statusCode') }
    },
    (error) => {
      throw error
    },
  )

function noteCounts(call: ModelCall, headers: unknown): void {
  const count = (what: string): number | undefined => {
    const said = read(headers, `x-amzn-bedrock-${what}-token-count`)
    const found = typeof said === 'string' && said !== '' ? Number(said) : Number.NaN
    return Number.isFinite(found) ? found : undefined
  }
  const counts: HeaderCounts = {
    input: count('input'),
    output: count('output'),
    cacheRead: count('cache-read-input'),
    cacheWrite: count('cache-write-input'),
  }
  if (Object.values(counts).some((value) => value !== undefined)) counted.set(call, counts)
}
