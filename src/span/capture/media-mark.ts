import { unitAt } from '../../runtime/text-units.ts'
import { findData } from './capture-marks.ts'

/** Shorter texts are recorded as they are. */
export const MIN_MEDIA = 256
const DATA_URL = /^data:([\w.+-]{1,60}\/[\w.+-]{1,80})?(?:;[\w.+=-]{1,60}){0,4}?;base64,/i
const MAX_HEAD_LENGTH = 300
const SAMPLE = 64
const BASE64 = /^[A-Za-z0-9+/_-]{64}$/
const BASE64_END = /^[A-Za-z0-9+/_-]{61}[A-Za-z0-9+/_=-]{3}$/
/** Properties that tell the type of what is in a neighbour: AI SDK, MCP, Google, Anthropic, OpenAI. */
const TYPE_FIELDS = ['mediaType', 'mimeType', 'mime_type', 'media_type', 'contentType', 'format'] as const

/**
 * What is recorded of `text` where it is media in base64: `[image/png 1234 bytes]`. `around` is the object whose property
 * it is, for there the type may stand.
 */
export function mediaMark(text: string, around?: object): string | undefined {
  if (text.length < MIN_MEDIA) return undefined
  if (unitAt(text, 0) === 0x64) {
    const head = DATA_URL.exec(text.slice(0, MAX_HEAD_LENGTH))
    if (head !== null) return describe(head[1] ?? 'data', text, head[0].length)
  }
  if (around === undefined || !beginsLikeBase64(text) || !BASE64.test(text.slice(0, SAMPLE))) return undefined
  const type = typeIn(around)
  return type !== undefined && BASE64_END.test(text.slice(-SAMPLE)) ? describe(type, text, 0) : undefined
}

/** Nearly every other text of this length has a blank or a mark soon, which a loop meets faster than a pattern is called. */
function beginsLikeBase64(text: string): boolean {
  for (let i = 0; i < SAMPLE / 2; i += 1) {
    const unit = unitAt(text, i)
    // A blank, a mark of punctuation but for those of base64, or something beyond ASCII.
    if (unit > 0x7a || (unit < 0x30 && unit !== 0x2b && unit !== 0x2d && unit !== 0x2f)) return false
  }
  return true
}

function typeIn(around: object): string | undefined {
  for (const field of TYPE_FIELDS) {
    const type = findData(around, field)
    if (typeof type === 'string' && /^[\w.+*-]{1,60}(?:\/[\w.+*-]{1,80})?$/.test(type)) return type
  }
  return undefined
}

function describe(type: string, text: string, from: number): string {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  return `[${type} ${Math.floor(((text.length - from) * 3) / 4) - padding} bytes]`
}
