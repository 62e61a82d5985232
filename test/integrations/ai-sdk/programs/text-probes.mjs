import {
  asked,
  call,
  chatModel,
  clock,
  failure,
  ownSpan,
  part,
  responsesModel,
  steps,
  summary,
  weather,
} from './calls.mjs'

const image =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

export const textProbes = [
  { name: 'text', run: async (t) => summary(await t.sdk.generateText(call(t, 'hello'))) },
  {
    name: 'text-settings',
    run: async (t) =>
      summary(
        await t.sdk.generateText(
          call(t, 'hello', {
            temperature: 0.5,
            topP: 0.9,
            maxOutputTokens: 50,
            presencePenalty: 0.1,
            frequencyPenalty: 0.2,
            stopSequences: ['END'],
            seed: 7,
            experimental_telemetry: { ...asked, functionId: 'greet', metadata: { tier: 'gold' } },
            telemetry: { functionId: 'greet' },
          }),
        ),
      ),
  },
  {
    name: 'text-messages',
    run: async (t) =>
      summary(
        await t.sdk.generateText(
          call(t, 'hello', {
            system: 'Be kind.',
            prompt: undefined,
            messages: [
              {
                role: 'user',
                content: [
                  { type: 'text', text: 'What is this?' },
                  { type: 'image', image: Buffer.from(image, 'base64'), mediaType: 'image/png' },
                ],
              },
              {
                role: 'assistant',
                content: [
                  { type: 'text', text: 'I look.' },
                  { type: 'tool-call', toolCallId: 'c1', toolName: 'look', input: { closely: true } },
                ],
              },
              {
                role: 'tool',
                content: [
                  {
                    type: 'tool-result',
                    toolCallId: 'c1',
                    toolName: 'look',
                    output: { type: 'json', value: { seen: 'a dot' } },
                  },
                ],
              },
              { role: 'user', content: 'And?' },
            ],
          }),
        ),
      ),
  },
  { name: 'text-cached', run: async (t) => summary(await t.sdk.generateText(call(t, 'cached'))) },
  { name: 'text-length', run: async (t) => summary(await t.sdk.generateText(call(t, 'length'))) },
  {
    name: 'text-responses',
    run: async (t) =>
      summary(await t.sdk.generateText(call(t, 'reasoning', { model: responsesModel(t, 'reasoning') }))),
  },
  {
    name: 'text-tool',
    run: async (t) =>
      summary(
        await t.sdk.generateText(
          call(t, 'tool', {
            ...steps(t),
            tools: {
              get_weather: weather(t, ({ city }, { toolCallId, messages }) =>
                ownSpan(t, 'look-up', async () => {
                  t.note(toolCallId, messages.length)
                  return { city, sky: 'sunny' }
                }),
              ),
            },
          }),
        ),
      ),
  },
  {
    name: 'text-tools-parallel',
    run: async (t) =>
      summary(
        await t.sdk.generateText(
          call(t, 'tools', { ...steps(t), tools: { get_weather: weather(t), get_time: clock(t) } }),
        ),
      ),
  },
  {
    name: 'text-tool-twice',
    run: async (t) =>
      summary(
        await t.sdk.generateText(
          call(t, 'tool-twice', {
            ...steps(t),
            tools: { get_weather: weather(t) },
            prepareStep: ({ stepNumber }) => {
              t.note('prepare', stepNumber)
              return {}
            },
            onStepFinish: ({ finishReason }) => t.note('step', finishReason),
          }),
        ),
      ),
  },
  {
    name: 'text-tool-failing',
    run: async (t) => {
      const result = await t.sdk.generateText(
        call(t, 'tool', {
          ...steps(t),
          tools: {
            get_weather: weather(t, async () => {
              throw new TypeError('no weather today')
            }),
          },
        }),
      )
      t.note(result.steps[0].content.map(part))
      return summary(result)
    },
  },
  {
    name: 'text-tool-nested',
    run: async (t) =>
      summary(
        await t.sdk.generateText(
          call(t, 'tool', {
            ...steps(t),
            tools: {
              get_weather: weather(t, async () => (await t.sdk.generateText(call(t, 'hello'))).text),
            },
          }),
        ),
      ),
  },
  {
    name: 'text-tool-without-execute',
    run: async (t) => {
      const { execute: _execute, ...plain } = weather(t)
      return summary(await t.sdk.generateText(call(t, 'tool', { tools: { get_weather: plain } })))
    },
  },
  {
    name: 'text-callback-throws',
    run: (t) =>
      failure(
        t.sdk
          .generateText(
            call(t, 'hello', {
              onStepFinish: () => {
                throw new Error('mine')
              },
            }),
          )
          .then(summary),
      ),
  },
  {
    name: 'text-parallel',
    run: async (t) =>
      (await Promise.all([1, 2, 3, 4].map(() => t.sdk.generateText(call(t, 'hello'))))).map(
        ({ text }) => text,
      ),
  },
  {
    name: 'text-then',
    run: (t) => {
      const promise = t.sdk.generateText(call(t, 'hello'))
      t.note(promise.constructor.name, Object.keys(promise))
      return promise.then(({ text }) => text.length).finally(() => t.note('finally'))
    },
  },
  {
    name: 'text-private',
    run: async (t) => {
      const hidden = { recordInputs: false, recordOutputs: false }
      const tools = { get_weather: weather(t) }
      return summary(
        await t.sdk.generateText(
          call(t, 'tool', {
            ...steps(t),
            tools,
            experimental_telemetry: { ...asked, ...hidden },
            telemetry: hidden,
          }),
        ),
      )
    },
  },
  {
    name: 'text-off',
    run: async (t) => {
      const off = { isEnabled: false }
      return summary(
        await t.sdk.generateText(call(t, 'hello', { experimental_telemetry: off, telemetry: off })),
      )
    },
  },
  {
    name: 'text-own-model',
    run: async (t) => {
      const model = t.sdk.wrapLanguageModel({
        model: chatModel(t, 'hello'),
        middleware: {
          wrapGenerate: async ({ doGenerate }) => {
            t.note('middleware')
            return doGenerate()
          },
        },
      })
      return summary(await t.sdk.generateText(call(t, 'hello', { model })))
    },
  },
]
