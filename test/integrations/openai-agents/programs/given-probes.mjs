// Objects of a program that do something when they are read, wherever the SDK lets a program put such.
import { withHostile } from './hostile.mjs'
import { agent, outcome, responses, weather } from './parts.mjs'

const ask = (t, given, more, options) =>
  outcome(() => t.sdk.lib.run(agent(t, responses(t), more), given, options))
const said = ({ value, error, message }) => value?.finalOutput ?? [error, message]

export const probes = [
  {
    name: 'input-getter',
    run: (t) =>
      withHostile(t, async ({ getter }) =>
        said(await ask(t, [getter({ role: 'user' }, 'content', (times) => `Hi ${times}!`)])),
      ),
  },
  {
    name: 'input-list',
    run: (t) =>
      withHostile(t, async ({ list }) => said(await ask(t, list({ role: 'user', content: 'Hi!' })))),
  },
  {
    name: 'metadata',
    run: (t) =>
      withHostile(t, async ({ getter, attempt }) => {
        const traceMetadata = getter(
          { odd: attempt((times) => `made ${times}`) },
          'tenant',
          (times) => `read ${times}`,
        )
        const runner = new t.sdk.lib.Runner({ traceMetadata, groupId: 'group-1' })
        return (await runner.run(agent(t, responses(t)), 'Hi!')).finalOutput
      }),
  },
  {
    name: 'context',
    run: (t) =>
      withHostile(t, async ({ getter, proxy }) => {
        const context = proxy(getter({}, 'user', (times) => `user ${times}`))
        return said(
          await ask(t, 'Hi!', { instructions: ({ context: given }) => `For ${given.user}.` }, { context }),
        )
      }),
  },
  {
    name: 'tool-result',
    script: 'tool',
    run: (t) =>
      withHostile(t, async ({ attempt, odd }) => {
        const execute = async () => ({ made: attempt((times) => `made ${times}`), odd: odd() })
        return said(await ask(t, 'Weather?', { tools: [weather(t, { execute })] }))
      }),
  },
  {
    name: 'error',
    script: 'tool',
    run: (t) =>
      withHostile(t, async ({ getter }) => {
        const execute = () => {
          throw getter(new RangeError('no such city'), 'detail', (times) => `read ${times}`)
        }
        return said(await ask(t, 'Weather?', { tools: [weather(t, { execute })] }))
      }),
  },
  {
    name: 'custom-span',
    run: (t) =>
      withHostile(t, async ({ getter, attempt }) => {
        const data = getter({ made: attempt((times) => `made ${times}`) }, 'read', (times) => times)
        return t.sdk.lib.withTrace('Custom', () =>
          t.sdk.lib.withCustomSpan(async () => 'done', { data: { name: 'prepare', data } }),
        )
      }),
  },
]
