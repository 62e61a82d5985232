import { instrumentCohere } from '../../../src/integrations/cohere/index.ts'
import { testSwitching } from '../../support/switching.ts'
import { fixture } from './matrix.ts'

const model = 'command-a-03-2025'
const hi = { model, messages: [{ role: 'user', content: 'Hi!' }] }

testSwitching({
  fixture: fixture('cohere-8'),
  package: 'cohere-ai',
  instrument: instrumentCohere,
  copies: {
    'the exports': (sdk) => sdk,
    'the class of the first version': (sdk) => sdk.CohereClient,
    'the class of the second version': (sdk) => sdk.CohereClientV2,
    'a client': (_sdk, client) => client(),
  },
  clientOf: ({ CohereClientV2 }, environment) =>
    new CohereClientV2({ token: 'key', environment, maxRetries: 0 }),
  chat: (client, more) => client.chat({ ...hi, ...more }),
  stream: (client) => client.chatStream(hi),
  call: `chat ${model}`,
  methods: ({ clientV2 }) => [clientV2.__chat, clientV2.__chatStream, clientV2.__embed],
  stranger: { generate: () => 1 },
})
