import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { createKeepFilter, type KeepFilter } from '../../src/export/keep.ts'
import type { EndedSpan } from '../../src/span/ended-span.ts'
import type { OpenSpan } from '../../src/span/open-spans.ts'
import { newTraceRecord, type TraceRecord } from '../../src/span/trace-record.ts'
import { endedSpan } from './ended-span.ts'

let filter: KeepFilter
let filtered: number
let trace: TraceRecord
beforeEach(() => {
  filtered = 0
  filter = createKeepFilter(() => {
    filtered += 1
  })
  trace = newTraceRecord({ traceId: '0af7651916cd43dd8448eb211c80319c', sampled: true })
})

interface Node extends OpenSpan {
  readonly kept: boolean
  readonly remoteParent: string | undefined
}

/** Opens a span in the trace: `agent` is one of turnspan's, the others are of another library. */
function open(name: string, kind: 'agent' | 'model' | 'other', parent?: Node, remoteParent?: string): Node {
  const node: Node = {
    spanId: name,
    external: kind !== 'agent',
    parent,
    usageBelow: undefined,
    modelsBelow: undefined,
    kept: kind !== 'other',
    remoteParent,
  }
  trace.open.add(node)
  return node
}

/** Ends it, and gives what may leave as `name < parent`. */
function end(node: Node): string[] {
  trace.open.delete(node.spanId)
  const parent = node.parent?.spanId ?? node.remoteParent
  const span = endedSpan({
    trace,
    spanId: node.spanId,
    name: node.spanId,
    parentIsRemote: node.remoteParent !== undefined,
    ...(parent !== undefined && { parentSpanId: parent }),
    ...(!node.external && { agent: { spanType: 'AGENT', jsonKeys: new Set<string>() } }),
    attributes: node.external && node.kept ? { 'gen_ai.request.model': 'm' } : { 'http.route': '/' },
  })
  return shown(filter.take(span))
}

const shown = (spans: readonly EndedSpan[]): string[] =>
  spans.map((span) => {
    const type = span.attributes['mlflow.spanType']
    return `${span.name}${type === undefined ? '' : ` (${type})`} < ${span.parentSpanId ?? 'nobody'}${span.parentIsRemote ? ' far away' : ''}`
  })

test('a span of turnspan below others waits until the last of them is known to be left out', () => {
  const request = open('request', 'other')
  const router = open('router', 'other', request)
  const agent = open('agent', 'agent', router)
  expect(end(agent)).toEqual([])
  expect(filter.waiting()).toBe(1)
  expect(end(router)).toEqual([])
  expect(end(request)).toEqual(['agent < nobody'])
  expect(filter.waiting()).toBe(0)
  expect(filtered).toBe(2)
})

test('spans below a span of turnspan leave as they end', () => {
  const agent = open('agent', 'agent')
  const tool = open('tool', 'agent', agent)
  expect(end(tool)).toEqual(['tool < agent'])
  expect(end(agent)).toEqual(['agent < nobody'])
  expect(filtered).toBe(0)
})

test('a span goes below the nearest ancestor that is kept', () => {
  const agent = open('agent', 'agent')
  const http = open('http', 'other', agent)
  const model = open('model', 'model', http)
  const socket = open('socket', 'other', model)
  const tool = open('tool', 'agent', socket)
  expect(end(tool)).toEqual([])
  expect(end(socket)).toEqual([])
  expect(end(model)).toEqual(['tool < model'])
  expect(end(http)).toEqual(['model < agent'])
  expect(end(agent)).toEqual(['agent < nobody'])
})

test.each(['gen_ai.system', 'openinference.span.kind', 'ai.operationId', 'mlflow.spanType'])(
  'a span of another library with %s is kept',
  (key) => {
    const span = endedSpan({ trace, attributes: { [key]: 'x' } })
    expect(filter.take(span)).toEqual([span])
  },
)

test.each(['gen_aix', 'http.gen_ai.x', 'aim.x', 'openinferences', 'db.system'])(
  'a span of another library with %s is left out',
  (key) => {
    expect(filter.take(endedSpan({ trace, attributes: { [key]: 'x' } }))).toEqual([])
    expect(filtered).toBe(1)
  },
)

describe('a root of another library', () => {
  test('leaves one kept child as the root', () => {
    const request = open('request', 'other')
    end(open('agent', 'agent', request))
    expect(end(request)).toEqual(['agent < nobody'])
  })

  test('stays as CHAIN above several', () => {
    const request = open('request', 'other')
    end(open('first', 'agent', request))
    end(open('second', 'agent', open('router', 'other', request)))
    const router = trace.open.get('router') as Node
    end(router)
    expect(end(request)).toEqual(['first < request', 'second < request', 'request (CHAIN) < nobody'])
    expect(filtered).toBe(1)
  })

  test('stays as CHAIN while work below it goes on', () => {
    const request = open('request', 'other')
    const agent = open('agent', 'agent', request)
    expect(end(request)).toEqual(['request (CHAIN) < nobody'])
    expect(end(agent)).toEqual(['agent < request'])
  })

  test('that continues a trace of another process hands its parent on', () => {
    const request = open('request', 'other', undefined, 'caller')
    end(open('agent', 'agent', request))
    expect(end(request)).toEqual(['agent < caller far away'])
  })
})

test('what waits leaves when it must, and the root that was promised follows', () => {
  const request = open('request', 'other')
  const router = open('router', 'other', request)
  end(open('agent', 'agent', router))
  expect(shown(filter.release())).toEqual(['agent < request'])
  expect(filter.waiting()).toBe(0)
  expect(end(router)).toEqual([])
  expect(end(request)).toEqual(['request (CHAIN) < nobody'])
})

test('the spans that come in are not changed', () => {
  const request = open('request', 'other')
  const child = Object.freeze(
    endedSpan({ trace, parentSpanId: 'request', attributes: Object.freeze({ 'gen_ai.system': 'x' }) }),
  )
  filter.take(child)
  end(request)
  expect(child.parentSpanId).toBe('request')
})

interface Shape {
  readonly parent: number
  readonly kind: 'agent' | 'model' | 'other'
}
interface Run extends Shape {
  /** How long after its parent it begins, and how long it takes. */
  readonly delay: number
  readonly duration: number
}

test('any tree comes out whole: every kept span once, one root, below its nearest kept ancestor', () => {
  const shape = fc.array(
    fc.record({
      parent: fc.nat(),
      kind: fc.constantFrom('agent' as const, 'model' as const, 'other' as const),
    }),
    { minLength: 1, maxLength: 12 },
  )
  fc.assert(
    fc.property(shape, (shapes: readonly Shape[]) => {
      trace = newTraceRecord({ traceId: '0af7651916cd43dd8448eb211c80319c', sampled: true })
      filter = createKeepFilter(() => {})
      const nodes: Node[] = []
      for (const [index, { kind, parent }] of shapes.entries()) {
        nodes.push(open(`s${index}`, kind, nodes[index === 0 ? 0 : parent % index]))
      }
      // Children end before their parents, as they do when nothing is left running.
      const sent = new Map(
        [...nodes].reverse().flatMap((node) =>
          end(node).map((text) => {
            const [name, above] = text.replace(' (CHAIN)', '').split(' < ') as [string, string]
            return [name, { above, chain: text.includes('CHAIN') }] as const
          }),
        ),
      )
      expect(filter.waiting()).toBe(0)
      for (const node of nodes) {
        if (node.kept) expect(sent.has(node.spanId)).toBe(true)
        else if (sent.has(node.spanId)) expect(node).toBe(nodes[0])
      }
      const roots = [...sent.values()].filter(({ above }) => above === 'nobody')
      expect(roots.length).toBe(sent.size === 0 ? 0 : 1)
      for (const [name, { above }] of sent) {
        let ancestor = nodes.find(({ spanId }) => spanId === name)?.parent
        while (ancestor !== undefined && !sent.has(ancestor.spanId)) ancestor = ancestor.parent
        expect(above).toBe(ancestor?.spanId ?? 'nobody')
      }
    }),
    { numRuns: 500 },
  )
})

test('whatever ends first, every kept span leaves once, and below nothing that is never sent', () => {
  const run = fc.record({
    parent: fc.nat(),
    kind: fc.constantFrom('agent' as const, 'model' as const, 'other' as const),
    delay: fc.integer({ min: 1, max: 30 }),
    duration: fc.integer({ min: 1, max: 30 }),
  })
  const runs = fc.array(run, { minLength: 1, maxLength: 10 })
  fc.assert(
    fc.property(runs, fc.array(fc.nat(100), { maxLength: 3 }), (shapes: readonly Run[], releases) => {
      trace = newTraceRecord({ traceId: '0af7651916cd43dd8448eb211c80319c', sampled: true })
      filter = createKeepFilter(() => {})
      const nodes: (Node | undefined)[] = []
      const starts: number[] = []
      const left: string[] = []
      const events: { readonly at: number; readonly act: () => void }[] = releases.map((at) => ({
        at,
        act: () => left.push(...shown(filter.release())),
      }))
      for (const [index, { kind, parent, delay, duration }] of shapes.entries()) {
        const above = index === 0 ? undefined : parent % index
        const at = (above === undefined ? 0 : (starts[above] ?? 0)) + delay
        starts.push(at)
        events.push({
          at,
          act: () => {
            nodes[index] = open(`s${index}`, kind, above === undefined ? undefined : nodes[above])
          },
        })
        events.push({ at: at + duration, act: () => left.push(...end(nodes[index] as Node)) })
      }
      for (const { act } of events.sort((a, b) => a.at - b.at)) act()
      left.push(...shown(filter.release()))
      const sent = left.map((text) => text.replace(' (CHAIN)', '').split(' < ') as [string, string])
      const names = sent.map(([name]) => name)
      expect(new Set(names).size).toBe(names.length)
      for (const node of nodes) if (node?.kept) expect(names).toContain(node.spanId)
      for (const [, above] of sent) expect([...names, 'nobody']).toContain(above)
    }),
    { numRuns: 1000 },
  )
})

test('a span of a library for language models is kept by its tracer, whatever its keys are', () => {
  const spans = ['genkit-tracer', 'http'].map((name) =>
    endedSpan({ trace, spanId: name, name, parentSpanId: 'agent', scope: { name }, attributes: { step: 1 } }),
  )
  expect(spans.flatMap((span) => shown(filter.take(span)))).toEqual(['genkit-tracer < agent'])
  expect(filtered).toBe(1)
})
