import { instrumentTogether } from '../../../src/integrations/together/index.ts'
import { testSwitching } from '../../support/switching.ts'
import { fixture } from './matrix.ts'

const model = 'meta-llama/Llama-3.3-70B-Instruct-Turbo'
const hi = { model, messages: [{ role: 'user', content: 'Hi!' }] }

testSwitching({
  fixture: fixture('together-0.52'),
  package: 'together-ai',
  instrument: instrumentTogether,
  copies: {
    'the exports': (sdk) => sdk,
    'the class': (sdk) => sdk.Together,
    'a client': (_sdk, client) => client(),
  },
  clientOf: ({ Together }, address) =>
    new Together({ apiKey: 'tg-test', baseURL: `${address}/v1`, maxRetries: 0 }),
  chat: (client, more) => client.chat.completions.create({ ...hi, ...more }),
  stream: (client) =>
    client.chat.completions.create({ ...hi, stream: true, stream_options: { include_usage: true } }),
  call: `chat ${model}`,
  methods: ({ chat, embeddings }) => [chat.completions.create, embeddings.create],
  stranger: { chat: { completions: { create: () => 1 } } },
})
