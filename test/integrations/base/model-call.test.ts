import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { activeContext } from '../../../src/context/active-context.ts'
import { withSpan, withTool } from '../../../src/index.ts'
import {
  beginModelCall,
  beginStep,
  type ModelCall,
  modelCallIn,
  registerActiveSpanSource,
  runTool,
  SpanType,
} from '../../../src/integrations/base/index.ts'
import { type CapturedTraces, captureTraces } from '../../../src/testing/index.ts'
import { useFakeTimers } from '../../support/fake-timers.ts'

let traces: CapturedTraces
beforeEach(() => {
  traces = captureTraces()
})
afterEach(() => {
  vi.useRealTimers()
  traces.stop()
})

const init = { spanType: SpanType.CHAT_MODEL, operation: 'chat', model: 'm-1', provider: 'acme' }
const begin = (more: object = {}): ModelCall => {
  const call = beginModelCall(() => ({ ...init, ...more }))
  if (call === undefined) throw new Error('the call was not begun')
  return call
}
const names = (): string[] => traces.spans.map(({ name }) => name)

describe('one call, one span', () => {
  test('what a client sends inside a call is that call', () => {
    const call = begin()
    call.run(() => {
      expect(beginModelCall(() => init)).toBeUndefined()
      expect(modelCallIn(activeContext())).toBe(call)
    })
    call.finish({})
    expect(names()).toEqual(['chat m-1'])
  })

  test('what the program traces inside a call may hold calls of its own', () => {
    const call = begin()
    call.run(() => withSpan(() => begin({ model: 'm-2' }).finish({}), { name: 'mine' }))
    call.finish({})
    expect(names()).toEqual(['chat m-1', 'mine', 'chat m-2'])
  })

  test('after its end a call owns nothing', () => {
    const call = begin()
    call.finish({})
    call.run(() => begin({ model: 'm-2' }).finish({}))
    expect(names()).toEqual(['chat m-1', 'chat m-2'])
  })

  test('calls of no model stand beside each other', () => {
    const file = begin({
      operation: undefined,
      model: undefined,
      name: 'files.create',
      spanType: SpanType.TASK,
    })
    file.run(() => begin().finish({}))
    file.finish({})
    expect(names()).toEqual(['files.create', 'chat m-1'])
  })
})

describe('the end of a call', () => {
  test('comes once, whoever tells it', () => {
    const call = begin()
    call.finish({
      model: 'm-1-2026',
      responseId: 'r-1',
      finishReasons: ['stop'],
      usage: { inputTokens: 3, outputTokens: 4 },
    })
    call.fail(new Error('late'))
    call.stop('stopped')
    const [span] = traces.spans
    expect(span?.status).toEqual({ code: 'OK' })
    expect(span?.model).toBe('m-1-2026')
    expect(span?.tokens).toEqual({ inputTokens: 3, outputTokens: 4, totalTokens: 7 })
    expect(span?.attributes).toMatchObject({
      'gen_ai.request.model': 'm-1',
      'gen_ai.response.model': 'm-1-2026',
      'gen_ai.response.id': 'r-1',
      'gen_ai.response.finish_reasons': ['stop'],
    })
  })

  test('comes after the idle limit, at the last sign of life, with what had come', () => {
    useFakeTimers()
    const call = begin({ idleMs: 1000 })
    call.watchIdle(() => ({ outputs: 'so far' }))
    vi.advanceTimersByTime(900)
    call.touch()
    vi.advanceTimersByTime(900)
    expect(call.ended()).toBe(false)
    vi.advanceTimersByTime(200)
    expect(call.ended()).toBe(true)
    const [span] = traces.spans
    expect(span?.attributes['turnspan.call.end']).toBe('idle')
    expect(span?.outputs).toBe('so far')
    expect(span?.durationMs).toBeLessThan(1000)
  })

  test('is a failure where the provider says so inside its answer', () => {
    begin().finish({ error: { type: 'server_error', message: 'broken' }, outputs: 'part' })
    const [span] = traces.spans
    expect(span?.status).toEqual({ code: 'ERROR', message: 'broken' })
    expect(span?.attributes['error.type']).toBe('server_error')
    expect(span?.outputs).toBe('part')
  })

  test('has the first token measured once', () => {
    const call = begin()
    call.firstToken()
    const first = vi.fn(() => traces.spans[0]?.attributes['gen_ai.response.time_to_first_chunk'])
    call.firstToken()
    call.finish({})
    expect(first()).toBeLessThan(5)
  })
})

test('an answer that cannot be read leaves the program its call', () => {
  expect(
    beginModelCall(() => {
      throw new Error('a getter of the program')
    }),
  ).toBeUndefined()
})

test('without content nothing is prepared or recorded', () => {
  traces.stop()
  traces = captureTraces({ captureContent: false })
  const call = begin({
    inputs: 'secret',
    tools: [{ type: 'function', function: { name: 'f' } }],
    messageFormat: 'openai',
  })
  expect(call.wantsContent).toBe(false)
  call.finish({ outputs: 'secret', usage: { inputTokens: 1, outputTokens: 2 } })
  expect(JSON.stringify(traces.spans)).not.toContain('secret')
  expect(traces.spans[0]?.attributes).not.toHaveProperty('mlflow.chat.tools')
  expect(traces.spans[0]?.tokens).toMatchObject({ inputTokens: 1, outputTokens: 2 })
})

test('nothing is begun where nothing is traced', () => {
  traces.stop()
  let asked = 0
  const ask = (): typeof init => {
    asked += 1
    return init
  }
  expect(beginModelCall(ask)).toBeUndefined()
  expect(beginStep(() => ({ ...ask(), name: 'step' }))).toBeUndefined()
  expect(
    runTool(
      () => ({ name: String(ask()) }),
      () => 7,
    ),
  ).toBe(7)
  expect(asked).toBe(0)
})

describe('a framework that only reports', () => {
  test('lends its running step to what starts inside, until the program opens a span of its own', () => {
    let running: ReturnType<typeof beginStep>
    const stop = registerActiveSpanSource(() => running)
    const step = beginStep(() => ({ name: 'node', spanType: SpanType.CHAIN }))
    running = step
    withSpan(() => withTool({ tool: 'lookup' }, () => 1), { name: 'mine' })
    running = undefined
    step?.span.end()
    withSpan(() => 1, { name: 'after' })
    stop()
    const byName = new Map(traces.spans.map((span) => [span.name, span]))
    const parent = (name: string): string | undefined =>
      traces.spans.find(({ spanId }) => spanId === byName.get(name)?.parentSpanId)?.name
    expect([parent('mine'), parent('tool:lookup'), parent('after')]).toEqual(['node', 'mine', undefined])
  })

  test('lends it where contexts are private, too', () => {
    traces.stop()
    traces = captureTraces({ provider: 'private' })
    let running: ReturnType<typeof beginStep>
    const stop = registerActiveSpanSource(() => running)
    running = beginStep(() => ({ name: 'node', spanType: SpanType.CHAIN }))
    withSpan(() => 1, { name: 'mine' })
    running?.span.end()
    stop()
    const [node, mine] = traces.spans
    expect([mine?.name, mine?.parentSpanId]).toEqual(['mine', node?.spanId])
  })

  test('lends it across asynchronous calls, each to its own', async () => {
    const { AsyncLocalStorage } = await import('node:async_hooks')
    const storage = new AsyncLocalStorage<ReturnType<typeof beginStep>>()
    const stop = registerActiveSpanSource(() => storage.getStore())
    const node = async (name: string): Promise<void> => {
      const step = beginStep(() => ({ name, spanType: SpanType.CHAIN }))
      await storage.run(step, async () => {
        await Promise.resolve()
        withSpan(() => 1, { name: `inside ${name}` })
      })
      step?.span.end()
    }
    await Promise.all([node('a'), node('b')])
    stop()
    const parentOf = (name: string): string | undefined => {
      const span = traces.spans.find((one) => one.name === name)
      return traces.spans.find(({ spanId }) => spanId === span?.parentSpanId)?.name
    }
    expect([parentOf('inside a'), parentOf('inside b')]).toEqual(['a', 'b'])
  })

  test('owns the model call that a client library makes inside its own', () => {
    let running: ModelCall | undefined
    const stop = registerActiveSpanSource(() => running)
    running = begin()
    expect(beginModelCall(() => init)).toBeUndefined()
    running.finish({})
    running = undefined
    stop()
    expect(names()).toEqual(['chat m-1'])
  })
})
