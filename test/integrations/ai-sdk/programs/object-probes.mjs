import { asked, call, chatModel, collect, embeddingModel, failure, orNever } from './calls.mjs'

const schema = (t) =>
  t.sdk.jsonSchema({
    type: 'object',
    properties: { city: { type: 'string' }, degrees: { type: 'number' } },
    required: ['city', 'degrees'],
  })
const object = (t, script, more = {}) => call(t, script, { schema: schema(t), maxRetries: 0, ...more })
const streamed = (t, script, more = {}) =>
  t.sdk.streamObject(object(t, script, { onError: ({ error }) => t.note('onError', error?.name), ...more }))
const on = { experimental_telemetry: asked }

export const objectProbes = [
  {
    name: 'object',
    run: async (t) => {
      const { object: made, finishReason } = await t.sdk.generateObject(object(t, 'json'))
      return { made, finishReason }
    },
  },
  { name: 'object-invalid', run: (t) => failure(t.sdk.generateObject(object(t, 'hello'))) },
  { name: 'object-error', run: (t) => failure(t.sdk.generateObject(object(t, 'error-401'))) },
  {
    name: 'object-retry',
    run: async (t) => (await t.sdk.generateObject(object(t, 'retry-json', { maxRetries: 2 }))).object,
  },
  {
    name: 'object-stream',
    run: async (t) => {
      const result = streamed(t, 'json')
      const partial = []
      for await (const one of result.partialObjectStream) partial.push(one)
      t.note(partial.length > 0, partial.at(-1))
      return result.object
    },
  },
  {
    name: 'object-stream-error',
    run: async (t) => {
      const result = streamed(t, 'error-400')
      const outcome = await failure(orNever(result.object))
      return outcome.name
    },
  },
  {
    name: 'object-stream-never-read',
    run: async (t) => {
      ;(() => void streamed(t, 'json'))()
      await collect(t)
    },
  },
  {
    name: 'output-object',
    needs: ({ sdk }) => sdk.Output?.object !== undefined,
    run: async (t) => {
      const output = t.sdk.Output.object({ schema: schema(t) })
      const result = await t.sdk.generateText(call(t, 'json', { output, experimental_output: output }))
      return result.output ?? result.experimental_output
    },
  },
  {
    name: 'embed',
    run: async (t) => {
      const { embedding, usage } = await t.sdk.embed({ model: embeddingModel(t), value: 'Hi!', ...on })
      return { embedding, usage }
    },
  },
  {
    name: 'embed-many',
    run: async (t) => {
      const values = ['one', 'two', 'three']
      const { embeddings, usage } = await t.sdk.embedMany({ model: embeddingModel(t), values, ...on })
      return { embeddings, usage }
    },
  },
  {
    name: 'model-alone',
    run: async (t) => {
      const model = chatModel(t, 'hello')
      const prompt = [{ role: 'user', content: [{ type: 'text', text: 'Hi!' }] }]
      const { content } = await model.doGenerate({ prompt })
      return content
    },
  },
]
