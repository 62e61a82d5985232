import { gunzipSync, gzipSync } from 'node:zlib'
import { decodeMsgpack } from './msgpack.mjs'
import { eachField } from './protobuf.mjs'

/**
 * What arrived: `spans`, one `[traceId, spanId, parentId, name]` for each unique span; how many bytes and requests it
 * took; and the longest attribute.
 */
export function readBodies(bodies) {
  const found = { spans: new Map(), longest: 0 }
  let wireBytes = 0
  for (const body of bodies) {
    wireBytes += body.bytes.length
    const bytes = body.encoding === 'gzip' ? gunzipSync(body.bytes) : body.bytes
    if (bytes.length > 0) read({ ...body, bytes }, found)
  }
  return { requests: bodies.length, wireBytes, longest: found.longest, spans: [...found.spans.values()] }
}

/** How many bytes it would take if everybody compressed. */
export function gzippedBytes(bodies) {
  return bodies.reduce((sum, { encoding, bytes }) => sum + (encoding ? bytes : gzipSync(bytes)).length, 0)
}

function read({ url, type, bytes }, found) {
  if (type === 'application/x-protobuf') return readProtobuf(bytes, found)
  if (url === '/v0.4/traces') return readDatadog(decodeMsgpack(bytes), found)
  if (url.startsWith('/logs3')) return readBraintrust(JSON.parse(bytes), found)
  if (type.startsWith('multipart/form-data')) return readLangsmith(bytes.toString('latin1'), found)
  if (type === 'application/json' && url.endsWith('/v1/traces')) readJson(JSON.parse(bytes), found)
}

function add({ spans }, span) {
  spans.set(span[1], span)
}

function readProtobuf(request, found) {
  eachField(request, (field, resourceSpans) => {
    if (field !== 1) return
    eachField(resourceSpans, (inner, scopeSpans) => {
      if (inner !== 2) return
      eachField(scopeSpans, (last, span) => last === 2 && readSpan(span, found))
    })
  })
}

// Logfire sends each span twice, first as a promise of the one to come.
const PENDING = 'pending_span'

function readSpan(bytes, found) {
  const span = ['', '', '', '']
  let isPending = false
  eachField(bytes, (field, value) => {
    if (field === 1) span[0] = value.toString('hex')
    else if (field === 2) span[1] = value.toString('hex')
    else if (field === 4) span[2] = value.toString('hex')
    else if (field === 5) span[3] = value.toString()
    else if (field === 9) {
      if (value.length > found.longest) found.longest = value.length
      if (value.length < 64 && value.includes(PENDING)) isPending = true
    }
  })
  if (!isPending) add(found, span)
}

function readJson({ resourceSpans }, found) {
  const spans = resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans))
  for (const { traceId, spanId, parentSpanId = '', name, attributes = [] } of spans) {
    add(found, [traceId, spanId, parentSpanId, name])
    for (const { value } of attributes)
      found.longest = Math.max(found.longest, value.stringValue?.length ?? 0)
  }
}

function readBraintrust({ rows }, found) {
  for (const row of rows) {
    const before = found.spans.get(row.span_id)
    const name = row.span_attributes?.name ?? before?.[3] ?? ''
    add(found, [row.root_span_id, row.span_id, row.span_parents?.[0] ?? before?.[2] ?? '', name])
  }
}

function readDatadog(traces, found) {
  for (const { trace_id, span_id, parent_id, name, meta } of traces.flat()) {
    add(found, [String(trace_id), String(span_id), Number(parent_id) === 0 ? '' : String(parent_id), name])
    for (const value of Object.values(meta)) if (value.length > found.longest) found.longest = value.length
  }
}

const RUN_PART = /name="(?:post|patch)\.([0-9a-f-]{36})"\r\n[\s\S]*?\r\n\r\n(\{[^\r]*)/g

function readLangsmith(text, found) {
  for (const [, id, json] of text.matchAll(RUN_PART)) {
    const { trace_id, parent_run_id, name } = JSON.parse(json)
    const before = found.spans.get(id)
    add(found, [trace_id, id, parent_run_id ?? before?.[2] ?? '', name ?? before?.[3] ?? ''])
  }
}
