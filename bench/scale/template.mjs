import { randomFillSync } from 'node:crypto'
import { eachField } from '../sink/protobuf.mjs'
import { produce } from './produce.mjs'
import { startSink } from './sink-process.mjs'

/** Turns in a request that is about as full as turnspan's get: 504 spans. */
const MANY = 63

/**
 * A request that turnspan has sent, to be sent again and again as if it were new: with other IDs each time, and the
 * parents right.
 */
export async function requestTemplate(sandbox, payload, turns = MANY) {
  const sink = await startSink({ keep: true })
  try {
    const endpoint = sink.url
    await produce(sandbox, {
      endpoint,
      protocol: 'http/protobuf',
      contentKeys: 'mlflow',
      payload,
      turns,
    })
    // Bodies one after the other are one request.
    const body = Buffer.concat(await sink.bodies())
    return { payload, bytes: body.length, spans: turns * 8, fresh: freshIds(body) }
  } finally {
    sink.stop()
  }
}

function freshIds(body) {
  const ids = new Set()
  eachSpan(body, (span) =>
    eachField(span, (field, value) => {
      if (field === 1 || field === 2) ids.add(value.toString('latin1'))
    }),
  )
  const places = [...ids].map((id) => {
    const bytes = Buffer.from(id, 'latin1')
    const found = []
    for (let at = body.indexOf(bytes); at >= 0; at = body.indexOf(bytes, at + 1)) found.push(at)
    return { length: bytes.length, found }
  })
  return () => {
    const copy = Buffer.from(body)
    for (const { length, found } of places) {
      const id = randomFillSync(Buffer.allocUnsafe(length))
      for (const at of found) id.copy(copy, at)
    }
    return copy
  }
}

function eachSpan(request, visit) {
  eachField(request, (field, resourceSpans) => {
    if (field !== 1) return
    eachField(resourceSpans, (inner, scopeSpans) => {
      if (inner === 2) eachField(scopeSpans, (last, span) => last === 2 && visit(span))
    })
  })
}
