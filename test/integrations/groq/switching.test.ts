import { instrumentGroq } from '../../../src/integrations/groq/index.ts'
import { testSwitching } from '../../support/switching.ts'
import { fixture } from './matrix.ts'

const model = 'llama-3.3-70b-versatile'
const hi = { model, messages: [{ role: 'user', content: 'Hi!' }] }

testSwitching({
  fixture: fixture('groq-1'),
  package: 'groq-sdk',
  instrument: instrumentGroq,
  copies: {
    'the exports': (sdk) => sdk,
    'the class': (sdk) => sdk.Groq,
    'a client': (_sdk, client) => client(),
  },
  clientOf: ({ Groq }, baseURL) => new Groq({ apiKey: 'gsk-test', baseURL, maxRetries: 0 }),
  chat: (client, more) => client.chat.completions.create({ ...hi, ...more }),
  stream: (client) =>
    client.chat.completions.create({ ...hi, stream: true, stream_options: { include_usage: true } }),
  call: `chat ${model}`,
  methods: ({ chat, embeddings }) => [chat.completions.create, embeddings.create],
  stranger: { chat: { completions: { create: () => 1 } } },
})
