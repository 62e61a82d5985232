// Functions that the client calls by itself.
import { failureOf, hi, make, models } from './clients.mjs'

const declaration = (name) => ({
  name,
  description: `Says ${name}`,
  parametersJsonSchema: { type: 'object', properties: { city: { type: 'string' } } },
})

const answers = {
  get_weather: ({ city }) => ({ output: `sunny in ${city}` }),
  get_time: () => ({ output: 'noon' }),
}

/** A tool for these functions, as a program writes one. */
const tool = (t, names, run = (name, args) => answers[name](args)) => ({
  async tool() {
    return { functionDeclarations: names.map(declaration) }
  },
  async callTool(calls) {
    t.note(
      'called',
      calls.map(({ name, args }) => [name, args]),
    )
    t.turnspan?.withSpan(() => undefined, { name: 'inside the tool' })
    const parts = []
    for (const { id, name, args } of calls) {
      if (names.includes(name))
        parts.push({ functionResponse: { id, name, response: await run(name, args) } })
    }
    return parts
  },
})
const asking = (tools, config = {}) => ({ ...hi, contents: 'Weather?', config: { tools, ...config } })

export const functionProbes = [
  {
    name: 'functions',
    script: 'tool',
    run: async (t) => {
      const response = await models(t).generateContent(asking([tool(t, ['get_weather', 'get_time'])]))
      return { text: response.text, history: response.automaticFunctionCallingHistory?.length }
    },
  },
  {
    name: 'functions-many',
    script: 'tools',
    run: async (t) => (await models(t).generateContent(asking([tool(t, ['get_weather', 'get_time'])]))).text,
  },
  {
    name: 'functions-of-two-tools',
    script: 'tools',
    run: async (t) =>
      (await models(t).generateContent(asking([tool(t, ['get_weather']), tool(t, ['get_time'])]))).text,
  },
  {
    name: 'functions-twice',
    script: 'tool-twice',
    run: async (t) => (await models(t).generateContent(asking([tool(t, ['get_weather'])]))).text,
  },
  {
    name: 'functions-error',
    script: 'tool',
    run: async (t) =>
      (
        await models(t).generateContent(
          asking([tool(t, ['get_weather'], () => ({ error: 'no weather today' }))]),
        )
      ).text,
  },
  {
    name: 'functions-throw',
    script: 'tool',
    run: (t) =>
      failureOf(
        models(t).generateContent(
          asking([
            tool(t, ['get_weather'], () => {
              throw new RangeError('no weather today')
            }),
          ]),
        ),
      ),
  },
  {
    name: 'functions-stream',
    script: 'tools',
    run: async (t) => {
      const texts = []
      const stream = await models(t).generateContentStream(asking([tool(t, ['get_weather', 'get_time'])]))
      for await (const chunk of stream) texts.push(chunk.candidates?.[0]?.content?.parts?.[0]?.text ?? '-')
      return texts.join('')
    },
  },
  {
    name: 'functions-stream-break',
    script: 'tool',
    run: async (t) => {
      for await (const _chunk of await models(t).generateContentStream(asking([tool(t, ['get_weather'])])))
        break
    },
  },
  {
    name: 'functions-disabled',
    script: 'tool',
    run: async (t) =>
      (
        await models(t).generateContent(
          asking([tool(t, ['get_weather'])], { automaticFunctionCalling: { disable: true } }),
        )
      ).functionCalls,
  },
  {
    name: 'functions-in-chat',
    script: 'tool',
    run: async (t) => {
      const chat = make(t).chats.create({
        model: 'gemini-2.5-flash',
        config: { tools: [tool(t, ['get_weather'])] },
      })
      return [(await chat.sendMessage({ message: 'Weather?' })).text, chat.getHistory().length]
    },
  },
  {
    name: 'functions-model-fails',
    script: 'error-400',
    run: (t) => failureOf(models(t).generateContent(asking([tool(t, ['get_weather'])]))),
  },
  {
    name: 'functions-own-tool',
    script: 'tool',
    run: async (t) => {
      const own = tool(t, ['get_weather'])
      const keys = Object.keys(own)
      await models(t).generateContent(asking([own]))
      t.note(keys.join() === Object.keys(own).join(), own.callTool.name, own.callTool.length)
    },
  },
  {
    name: 'functions-frozen-tool',
    script: 'tool',
    run: async (t) =>
      (await models(t).generateContent(asking([Object.freeze(tool(t, ['get_weather']))]))).text,
  },
]
