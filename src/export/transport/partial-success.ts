import { forEachField, readVarint } from '../../otlp/reader.ts'

/** What a receiver says beside that it has accepted a request. */
export interface PartialSuccess {
  /** So many of the spans it will never take; 0 where it only has something to say. */
  readonly rejectedSpans: number
  readonly message: string
}

// ExportTraceServiceResponse { partial_success (1) { rejected_spans (1), error_message (2) } }, as tags.
const PARTIAL_SUCCESS = 0x0a
const REJECTED_SPANS = 0x08
const ERROR_MESSAGE = 0x12
// google.rpc.Status { code (1), message (2) }, an error in the place of an answer.
const STATUS_CODE = 0x08

/** The encoded `ExportTraceServiceResponse` `body`; `undefined` when it is not one. */
export function readPartialSuccess(body: Uint8Array): PartialSuccess | undefined {
  let rejectedSpans = 0
  let message = ''
  let isSound = true
  const isMessage = forEachField(body, 0, body.length, (tag, _, from, to) => {
    if (tag === STATUS_CODE) isSound = false
    if (tag !== PARTIAL_SUCCESS) return
    isSound &&= forEachField(body, from, to, (inner, _start, start, end) => {
      if (inner === REJECTED_SPANS) rejectedSpans = readVarint(body, { at: start }, end)
      else if (inner === ERROR_MESSAGE) message = Buffer.from(body.subarray(start, end)).toString('utf8')
    })
  })
  return isMessage && isSound ? { rejectedSpans: counted(rejectedSpans), message } : undefined
}

/** The same in OTLP's JSON, which some receivers answer whatever they were sent; `undefined` for other JSON. */
export function readPartialSuccessJson(text: string): PartialSuccess | undefined {
  const answer = fieldsOf(parsed(text))
  if (answer === undefined) return undefined
  const { partialSuccess, partial_success, ...others } = answer
  if (Object.keys(others).length > 0) return undefined
  const said = fieldsOf(partialSuccess ?? partial_success) ?? {}
  const message = said.errorMessage ?? said.error_message
  return {
    rejectedSpans: counted(Number(said.rejectedSpans ?? said.rejected_spans ?? 0)),
    message: typeof message === 'string' ? message : '',
  }
}

/** Of int64, as near as a double comes to it. */
const MAX_SIZE = 2 ** 63

/** A negative number, which is a huge one as a varint, is no count; one that no request can have is all of it. */
const counted = (spans: number): number =>
  spans > 0 && spans <= MAX_SIZE ? Math.min(Math.floor(spans), Number.MAX_SAFE_INTEGER) : 0

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined
