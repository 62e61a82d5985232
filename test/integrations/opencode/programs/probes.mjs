// Forms in which a program uses OpenCode. Each probe returns and notes what it saw.
import { ask, client, shown } from './parts.mjs'

const prompts = [
  ['hello', 'hello', 'How is it?'],
  ['tool', 'tool', 'Say hello.'],
  ['tool-fails', 'tool-fails', 'Read it.'],
  ['sub-agent', 'sub-agent', 'How is the weather?'],
  ['refused', 'error-400', 'How is it?'],
]
const all = [...prompts, ['twice', 'twice'], ['async', 'tool'], ['version-2', 'tool'], ['unread', 'hello']]
const open = (t, create) => client(t, all, create)

const simple = prompts.map(([name, script, text]) => ({
  name,
  script,
  async run(t) {
    const api = await open(t)
    const { id, body } = await ask(api, name, text)
    return shown(await api.session.prompt({ path: { id }, body }))
  },
}))

const others = [
  {
    name: 'twice',
    async run(t) {
      const api = await open(t)
      const { id, body } = await ask(api, 'twice')
      const first = await api.session.prompt({ path: { id }, body })
      const second = await api.session.prompt({ path: { id }, body })
      return [shown(first), shown(second)]
    },
  },
  {
    name: 'async',
    async run(t) {
      const api = await open(t)
      const { id, body } = await ask(api, 'async')
      const control = new AbortController()
      const events = await api.event.subscribe({ signal: control.signal })
      await api.session.promptAsync({ path: { id }, body })
      const kinds = new Set()
      for await (const { type, properties } of events.stream) {
        kinds.add(type)
        if (type === 'session.idle' && properties.sessionID === id) break
      }
      control.abort()
      return ['message.updated', 'message.part.updated', 'session.idle'].map((type) => kinds.has(type))
    },
  },
  {
    name: 'version-2',
    needs: (t) => t.sdk.v2 !== undefined,
    async run(t) {
      const api = await open(t, t.sdk.v2?.createOpencodeClient)
      const session = await api.session.create({ title: 'version-2' })
      const model = { providerID: 'version-2', modelID: 'gpt-4o' }
      const parts = [{ type: 'text', text: 'Say hello.' }]
      return shown(await api.session.prompt({ sessionID: session.data.id, model, parts }))
    },
  },
  {
    name: 'no-reply',
    async run(t) {
      const api = await open(t)
      const { id, body } = await ask(api, 'hello')
      const { data } = await api.session.prompt({ path: { id }, body: { ...body, noReply: true } })
      return data?.info?.role
    },
  },
  {
    name: 'no-session',
    // Older servers answer as if there was one.
    needs: (t) => t.sdk.v2?.data !== undefined,
    async run(t) {
      const api = await open(t)
      const { body } = await ask(api, 'hello')
      const { data, error } = await api.session.prompt({ path: { id: 'ses_none' }, body })
      return [data === undefined, error !== undefined]
    },
  },
]

export const probes = [...simple, ...others]
