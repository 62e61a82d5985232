import { instrumentMistral } from '../../../src/integrations/mistral/index.ts'
import { testSwitching } from '../../support/switching.ts'
import { fixture } from './matrix.ts'

const model = 'mistral-large-latest'
const hi = { model, messages: [{ role: 'user', content: 'Hi!' }] }

testSwitching({
  fixture: fixture('mistral-1'),
  package: '@mistralai/mistralai',
  instrument: instrumentMistral,
  copies: {
    'the exports': (sdk) => sdk,
    'the class': (sdk) => sdk.Mistral,
    'a client': (_sdk, client) => client(),
  },
  clientOf: ({ Mistral }, serverURL) => new Mistral({ apiKey: 'key', serverURL }),
  chat: (client, more) => client.chat.complete({ ...hi, ...more }),
  stream: (client) => client.chat.stream(hi),
  call: `chat ${model}`,
  methods: ({ chat, embeddings }) => [chat.complete, chat.stream, embeddings.create],
  stranger: { chat: { complete: () => 1 } },
})
