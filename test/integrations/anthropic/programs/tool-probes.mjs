// Tool runners and message threads.
import { failureOf, hi, make } from './clients.mjs'

const asking = (tools, extra = {}) => ({
  ...hi,
  messages: [{ role: 'user', content: 'Weather?' }],
  tools,
  ...extra,
})
const needs = (t) => typeof make(t).beta.messages?.toolRunner === 'function'
const runner = (t, tools, extra, options) => make(t).beta.messages.toolRunner(asking(tools, extra), options)

const weather = (t, run = ({ city }) => `sunny in ${city}`) => ({
  type: 'custom',
  name: 'get_weather',
  description: 'Says how the weather is',
  input_schema: { type: 'object', properties: { city: { type: 'string' } } },
  parse: (input) => input,
  async run(input, context) {
    t.note('run', input, Object.keys(context ?? {}).sort(), this?.name)
    t.turnspan?.withSpan(() => undefined, { name: 'inside the tool' })
    return run(input)
  },
})
const time = () => ({
  type: 'custom',
  name: 'get_time',
  input_schema: { type: 'object', properties: {} },
  parse: (input) => input,
  run: () => 'noon',
})

export const toolProbes = [
  {
    name: 'runner',
    script: 'tools',
    needs,
    run: async (t) => {
      const looped = runner(t, [weather(t), time()])
      t.note(looped.constructor.name, typeof looped.then)
      const answers = []
      for await (const message of looped) answers.push(message)
      return { answers, sent: looped.params.messages.length }
    },
  },
  { name: 'runner-awaited', script: 'tool', needs, run: async (t) => await runner(t, [weather(t)]) },
  {
    name: 'runner-until-done',
    script: 'tool-twice',
    needs,
    run: (t) => runner(t, [weather(t)]).runUntilDone(),
  },
  {
    name: 'runner-tool-fails',
    script: 'tool',
    needs,
    run: (t) =>
      runner(t, [
        weather(t, () => {
          throw new RangeError('no weather today')
        }),
      ]).runUntilDone(),
  },
  {
    name: 'runner-input-refused',
    script: 'tool',
    needs,
    run: (t) => {
      const refusing = {
        ...weather(t),
        parse() {
          throw new TypeError('no such city')
        },
      }
      return runner(t, [refusing]).runUntilDone()
    },
  },
  {
    name: 'runner-stream',
    script: 'tools',
    needs,
    run: async (t) => {
      const texts = []
      for await (const stream of runner(t, [weather(t), time()], { stream: true })) {
        t.note(stream.constructor.name)
        for await (const event of stream) if (event.delta?.text) texts.push(event.delta.text)
      }
      return texts.join('')
    },
  },
  {
    name: 'runner-stream-awaited',
    script: 'tool-twice',
    needs,
    run: (t) => runner(t, [weather(t)], { stream: true }).runUntilDone(),
  },
  {
    name: 'runner-stream-eager',
    script: 'tool',
    needs,
    run: (t) => runner(t, [weather(t)], { stream: true, runToolsEagerly: true }).runUntilDone(),
  },
  {
    name: 'runner-break',
    script: 'tool-twice',
    needs,
    run: async (t) => {
      const looped = runner(t, [weather(t)])
      for await (const _message of looped) break
      return looped.params.messages.length
    },
  },
  {
    name: 'runner-stream-break',
    script: 'endless',
    needs,
    run: async (t) => {
      for await (const stream of runner(t, [weather(t)], { stream: true })) {
        let seen = 0
        for await (const _event of stream) if (++seen === 4) break
        break
      }
      await t.settle()
    },
  },
  {
    name: 'runner-error',
    script: 'error-400',
    needs,
    run: (t) => failureOf(runner(t, [weather(t)]).runUntilDone()),
  },
  {
    name: 'runner-stream-error',
    script: 'error-400',
    needs,
    run: (t) => failureOf(runner(t, [weather(t)], { stream: true }).runUntilDone()),
  },
  {
    name: 'runner-abort',
    script: 'hang',
    needs,
    run: (t) => {
      const controller = new AbortController()
      void t.arrived().then(() => controller.abort())
      return failureOf(runner(t, [weather(t)], {}, { signal: controller.signal }).runUntilDone())
    },
  },
  {
    name: 'runner-own-tools',
    script: 'tool',
    needs,
    run: async (t) => {
      const own = weather(t)
      const keys = Object.keys(own)
      const looped = runner(t, [own])
      for await (const _message of looped) t.note(looped.params.tools[0] === own)
      t.note(keys.join() === Object.keys(own).join(), own.run.name, own.run.length)
      return own.run({ city: 'Rome' })
    },
  },
  {
    name: 'runner-frozen-tool',
    script: 'tool',
    needs,
    run: (t) => runner(t, [Object.freeze(weather(t))]).runUntilDone(),
  },
  {
    name: 'runner-class-tool',
    script: 'tool',
    needs,
    run: (t) => {
      class Weather {
        #word = 'sunny'
        type = 'custom'
        name = 'get_weather'
        input_schema = { type: 'object', properties: {} }
        parse(input) {
          return input
        }
        run() {
          return this.#word
        }
      }
      return runner(t, [new Weather()]).runUntilDone()
    },
  },
  {
    name: 'runner-add-tools',
    script: 'tools',
    needs: (t) => needs(t) && typeof runner(t, []).addTools === 'function',
    run: async (t) => {
      const looped = runner(t, [weather(t)])
      looped.addTools(time())
      return looped.runUntilDone()
    },
  },
  {
    name: 'runners-at-once',
    script: 'tool',
    needs,
    run: (t) => {
      const shared = weather(t)
      const other = make(t, 'tool', { baseURL: `${t.address()}-other` })
      return Promise.all([
        runner(t, [shared]).runUntilDone(),
        other.beta.messages.toolRunner(asking([shared])).runUntilDone(),
      ]).then((all) => all.length)
    },
  },
  {
    name: 'thread',
    needs: (t) => typeof make(t).beta.messages?.thread === 'function',
    run: async (t) => {
      const thread = make(t).beta.messages.thread({ model: hi.model, max_tokens: 200 })
      const first = await thread.send({ role: 'user', content: 'Hi!' })
      const second = await thread.stream({ role: 'user', content: 'And now?' }).finalMessage()
      return [first.content, second.content, thread.messages.length]
    },
  },
  {
    name: 'thread-error',
    script: 'error-400',
    needs: (t) => typeof make(t).beta.messages?.thread === 'function',
    run: (t) =>
      failureOf(
        make(t)
          .beta.messages.thread({ model: hi.model, max_tokens: 200 })
          .stream({ role: 'user', content: 'Hi!' })
          .done(),
      ),
  },
]
