import { instrumentOllama } from '../../../src/integrations/ollama/index.ts'
import { testSwitching } from '../../support/switching.ts'
import { fixture } from './matrix.ts'

const hi = { model: 'llama3.2', messages: [{ role: 'user', content: 'Hi!' }] }

testSwitching({
  fixture: fixture('ollama-0.6'),
  package: 'ollama',
  instrument: instrumentOllama,
  copies: {
    'the exports': (sdk) => sdk,
    'the class': (sdk) => sdk.Ollama,
    'the client that is the default': (sdk) => sdk.default,
    'a client': (_sdk, client) => client(),
  },
  clientOf: ({ Ollama }, host) => new Ollama({ host }),
  chat: (client, more) => client.chat({ ...hi, ...more }),
  stream: (client) => client.chat({ ...hi, stream: true }),
  call: 'chat llama3.2',
  methods: ({ chat, generate, embed, embeddings }) => [chat, generate, embed, embeddings],
  stranger: { chat: () => 1 },
})
