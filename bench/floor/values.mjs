import { llmRequest, llmResponse, text, toolArguments, toolResult } from '../programs/payloads.mjs'

const LIMITS = { maxValueBytes: 2 ** 20, maxSpanBytes: 3 * 2 ** 20, maxDepth: 40 }

/** The values of agent turns, several so that no engine learns one by heart. */
const turns = Array.from({ length: 8 }, () => [
  text(900),
  text(2200),
  ...[1, 2, 3].flatMap(() => [llmRequest(), llmResponse()]),
  ...[1, 2, 3, 4].flatMap(() => [toolArguments(), toolResult()]),
])

/** Reads every field and does nothing with it. */
function walk(value) {
  if (typeof value !== 'object' || value === null) return 1
  let count = 0
  if (Array.isArray(value)) for (let i = 0; i < value.length; i += 1) count += walk(value[i])
  else for (const key in value) count += walk(value[key])
  return count
}

/** Reads every field, and keeps names and scalars in one list. */
function list(value) {
  const slots = []
  listInto(slots, value)
  return slots
}

function listInto(slots, value) {
  if (typeof value !== 'object' || value === null) slots.push(value)
  else if (Array.isArray(value)) for (let i = 0; i < value.length; i += 1) listInto(slots, value[i])
  else {
    for (const key in value) {
      slots.push(key)
      listInto(slots, value[key])
    }
  }
}

const buffer = Buffer.allocUnsafeSlow(2 ** 21)
let at = 0

/** Writes names and texts one after the other, with nothing between them and no limit but the buffer's. */
function writeTexts(value) {
  if (typeof value === 'string') at += buffer.utf8Write(value, at)
  else if (Array.isArray(value)) for (let i = 0; i < value.length; i += 1) writeTexts(value[i])
  else if (typeof value === 'object' && value !== null) {
    for (const key in value) {
      at += buffer.latin1Write(key, at)
      writeTexts(value[key])
    }
  }
}

const ofTurns = (record) => (run) => {
  at = 0
  for (const value of turns[run % turns.length]) record(value)
}

/** Ways to deal with the values of a turn, by what they do. */
export function valueRows({ takeSnapshot, writeSnapshot }) {
  const writer = { buffer, pos: 0, view: undefined }
  const options = { limits: LIMITS }
  const snapshots = turns.map((values) => values.map((value) => takeSnapshot(value, options)))
  return [
    ['read every field', ofTurns(walk)],
    ['read every field, and keep names and scalars in a list', ofTurns(list)],
    ['**turnspan, at the call:** a snapshot, bounded', ofTurns((value) => takeSnapshot(value, options))],
    ['write names and texts, and nothing else', ofTurns(writeTexts)],
    [
      '**turnspan, at delivery:** OTLP values of the snapshots',
      (run) => {
        writer.pos = 0
        for (const snapshot of snapshots[run % snapshots.length]) writeSnapshot(writer, snapshot)
      },
    ],
    ['`JSON.stringify`, as OpenTelemetry programs do at the call', ofTurns(JSON.stringify)],
  ]
}
