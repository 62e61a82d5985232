import { AsyncLocalStorage } from 'node:async_hooks'
import { Context, Effect, Exit, Layer, ManagedRuntime, Option, Tracer } from 'effect'
import { FetchHttpClient } from 'effect/http'
import { OtlpExporter, OtlpSerialization, OtlpTracer } from 'effect/observability'

/**
 * Effect's OTLP tracer, set up as its documentation does it, with JSON unless told otherwise. Its spans are begun and
 * ended by hand, and parents are found by AsyncLocalStorage: a program that is written in Effect pays its fibers
 * besides. Flushing waits for requests that were on their way already, which Effect's own does not do.
 */
export function start({ endpoint, protobuf }) {
  const requests = new Set()
  const send = (...args) => {
    const request = fetch(...args).finally(() => requests.delete(request))
    requests.add(request)
    return request
  }
  const layer = OtlpTracer.layer({
    url: `${endpoint}/v1/traces`,
    resource: { serviceName: 'bench' },
  }).pipe(
    Layer.provide(protobuf ? OtlpSerialization.layerProtobuf : OtlpSerialization.layerJson),
    Layer.provide(FetchHttpClient.layer),
    Layer.provide(Layer.succeed(FetchHttpClient.Fetch, send)),
  )
  const runtime = ManagedRuntime.make(layer)
  const [tracer, flusher] = runtime.runSync(Effect.all([Tracer.Tracer, OtlpExporter.Flusher]))
  return {
    ...calls(tracer),
    flush: async () => {
      await runtime.runPromise(flusher.flush)
      while (requests.size > 0) await Promise.allSettled(requests)
    },
  }
}

function calls(tracer) {
  const storage = new AsyncLocalStorage()
  const annotations = Context.empty()
  const nowNs = Effect.runSync(
    Effect.clockWith((clock) => Effect.succeed(() => clock.currentTimeNanosUnsafe())),
  )

  const begin = (name) =>
    tracer.span({
      name,
      parent: Option.fromNullishOr(storage.getStore()),
      annotations,
      links: [],
      startTime: nowNs(),
      kind: 'internal',
      root: false,
      sampled: true,
    })

  const traced = async (name, kind, input, fn, after) => {
    const span = begin(name)
    let exit = Exit.void
    try {
      span.attribute('gen_ai.operation.name', kind)
      span.attribute('input.value', typeof input === 'string' ? input : JSON.stringify(input))
      const result = await storage.run(span, fn)
      span.attribute('output.value', typeof result === 'string' ? result : JSON.stringify(result))
      after?.(span, result)
      return result
    } catch (error) {
      exit = Exit.die(error)
      throw error
    } finally {
      span.end(nowNs(), exit)
    }
  }

  return {
    agent: (name, input, fn) =>
      traced(name, 'invoke_agent', input, fn, (span) => {
        span.attribute('gen_ai.agent.name', 'support')
        span.attribute('session.id', 'session-17')
      }),
    model: (name, request, fn) =>
      traced(name, 'chat', request, fn, (span, { usage }) => {
        span.attribute('gen_ai.request.model', request.model)
        span.attribute('gen_ai.provider.name', 'openai')
        span.attribute('gen_ai.usage.input_tokens', usage.prompt_tokens)
        span.attribute('gen_ai.usage.output_tokens', usage.completion_tokens)
      }),
    tool: (name, args, fn) =>
      traced(name, 'execute_tool', args, fn, (span) => span.attribute('gen_ai.tool.name', 'search')),
    tiny: (name, fn) => {
      const span = begin(name)
      try {
        return storage.run(span, fn)
      } finally {
        span.end(nowNs(), Exit.void)
      }
    },
    tinyAsync: async (name, fn) => {
      const span = begin(name)
      try {
        return await storage.run(span, fn)
      } finally {
        span.end(nowNs(), Exit.void)
      }
    },
  }
}
