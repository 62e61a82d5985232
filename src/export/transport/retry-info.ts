import { forEachField, readVarint } from '../../otlp/reader.ts'
import { LENGTH_DELIMITED, VARINT } from '../../span/snapshot/wire-types.ts'

// google.rpc.Status, in which a gRPC server says how long to wait; only the path to that number is read:
// Status.details (3) = Any { type_url (1), value (2) }, RetryInfo.retry_delay (1) = Duration { seconds (1), nanos (2) }.

const TYPE_URL = 'type.googleapis.com/google.rpc.RetryInfo'

/** The wait that the trailer `grpc-status-details-bin` asks for, in milliseconds; `undefined` when it asks for none. */
export function retryDelayMs(trailer: string | string[] | undefined): number | undefined {
  const text = Array.isArray(trailer) ? trailer[0] : trailer
  if (!text) return undefined
  for (const detail of fieldsOf(Buffer.from(text, 'base64'))) {
    if (detail.number !== 3 || typeof detail.value === 'number') continue
    const any = fieldsOf(detail.value)
    const type = any.find(({ number }) => number === 1)?.value
    const info = any.find(({ number }) => number === 2)?.value
    if (typeof type === 'object' && type.toString('utf8') === TYPE_URL && typeof info === 'object') {
      return delayIn(info)
    }
  }
  return undefined
}

function delayIn(info: Buffer): number | undefined {
  const duration = fieldsOf(info).find(({ number }) => number === 1)?.value
  if (typeof duration !== 'object') return undefined
  const part = (wanted: number): number => {
    const value = fieldsOf(duration).find(({ number }) => number === wanted)?.value
    return typeof value === 'number' && value <= MAX_SIZE ? value : 0
  }
  const ms = part(1) * 1000 + part(2) / 1e6
  return ms > 0 ? ms : undefined
}

interface Field {
  readonly number: number
  readonly value: number | Buffer
}

/** Of int64, as near as a double comes to it; a larger varint is a negative one. */
const MAX_SIZE = 2 ** 63

/** The fields of a protobuf message up to the first that is damaged; others than numbers and bytes are left out. */
function fieldsOf(message: Buffer): Field[] {
  const fields: Field[] = []
  forEachField(message, 0, message.length, (tag, _, from, to) => {
    const number = Math.floor(tag / 8)
    if (tag % 8 === VARINT) fields.push({ number, value: readVarint(message, { at: from }, to) })
    else if (tag % 8 === LENGTH_DELIMITED) fields.push({ number, value: message.subarray(from, to) })
  })
  return fields
}
