import { realTime, withoutHold } from '../runtime/real-time.ts'
import { followWebStream } from './follow-web-stream.ts'
import { watch as createWatch, type Watch } from './follower.ts'

/** So long a body that is there from the start may wait for its reader; what it cost is over anyway. */
const MAX_UNREAD_MS = 1000

/**
 * Follows a `Response` of `fetch`'s API to the end of its body, in place: what reads or clones it goes through the
 * methods of its stream. It has what came out: the status, and the body where that is text. One without a body, or
 * whose body is in other hands already, is there at once.
 */
export function followResponse(response: Response, watch: Watch): unknown {
  const { body, status } = response
  if (body === null || response.bodyUsed || body.locked) {
    watch.result({ status })
    watch.done(response)
    return response
  }
  const text = bodyText(response.headers)
  const tell = (): void => watch.result({ status, ...(text && { body: text.value() }) })
  const told = createWatch({
    item(chunk) {
      text?.add(chunk)
      watch.item(text === undefined ? chunk : text.last())
    },
    done() {
      tell()
      watch.done()
    },
    failed(error) {
      tell()
      watch.failed(error)
    },
    stopped(reason, at) {
      tell()
      watch.stopped(reason, at)
    },
    run: watch.run,
  })
  followWebStream(body, told)
  if (isMadeAtOnce(response, body)) endUnread(body, told)
  return response
}

/** Whether the body was given as a whole: then its stream, which the host makes of it, is one of bytes. */
function isMadeAtOnce({ type, url }: Response, body: ReadableStream): boolean {
  if (type !== 'default' || url !== '') return false
  try {
    Object.getPrototypeOf(body).getReader.call(body, { mode: 'byob' }).releaseLock()
    return true
  } catch {
    return false
  }
}

/** Many a program looks at the status only. */
function endUnread(body: ReadableStream, watch: Watch): void {
  const unread = new WeakRef(body)
  const look = (): void => {
    const left = unread.deref()
    if (left !== undefined && !left.locked) watch.untouched('unread')
  }
  withoutHold(realTime.start(look, MAX_UNREAD_MS))
}

interface BodyText {
  add(chunk: unknown): void
  /** What the last chunk brought. */
  last(): string
  value(): unknown
}

const TEXT = /^(text\/|application\/([\w.+-]*\+)?(json|xml|x-ndjson|jsonl)\b)/i
const EVENTS = /^text\/event-stream/i
const JSON_TYPE = /^application\/([\w.+-]*\+)?json\b/i
/** More than this is never recorded. */
const MAX_CHARACTERS = 4 * 1024 * 1024

function bodyText(headers: Headers): BodyText | undefined {
  const type = headers.get('content-type') ?? ''
  // A body of which nothing is said is text more often than not; what is no text is found out.
  if (type !== '' && !TEXT.test(type)) return undefined
  const decoder = new TextDecoder('utf-8', { fatal: false })
  let whole = ''
  let last = ''
  return {
    add(chunk) {
      last = ''
      if (typeof chunk === 'string') last = chunk
      else if (ArrayBuffer.isView(chunk) || chunk instanceof ArrayBuffer)
        last = decoder.decode(chunk, { stream: true })
      if (whole.length < MAX_CHARACTERS) whole += last
    },
    last: () => last,
    value() {
      if (EVENTS.test(type)) return textOfEvents(whole) ?? whole
      return JSON_TYPE.test(type) ? parsed(whole) : whole
    },
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** The text of a streamed chat completion, where that is all that the events bring. */
function textOfEvents(events: string): string | undefined {
  let text = ''
  for (const [, data = ''] of events.matchAll(/^data: ?(.*)$/gm)) {
    if (data === '[DONE]') continue
    const chunk = parsed(data) as { choices?: { delta?: Record<string, unknown> }[]; object?: unknown } | null
    if (chunk?.object !== 'chat.completion.chunk') return undefined
    for (const { delta } of chunk.choices ?? []) {
      if (delta?.tool_calls !== undefined) return undefined
      if (typeof delta?.content === 'string') text += delta.content
    }
  }
  return text === '' ? undefined : text
}
