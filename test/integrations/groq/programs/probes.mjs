// Every form in which a program calls the client of Groq.
import { chatProbes, failureOf, textOf } from './chat-probes.mjs'

const MODEL = 'llama-3.3-70b-versatile'
export const hi = { model: MODEL, messages: [{ role: 'user', content: 'Hi canary!' }] }
const clientClass = ({ sdk }) => sdk.Groq ?? sdk.default?.Groq ?? sdk.default ?? sdk
export const make = (t, script, options = {}) =>
  new (clientClass(t))({ apiKey: 'gsk-test', baseURL: t.address(script), ...options })
const has =
  (...path) =>
  (t) =>
    typeof path.reduce((at, key) => at?.[key], make(t)) === 'function'

export const probes = [
  ...chatProbes(make, MODEL),
  { name: 'chat-executed', script: 'search', run: (t) => make(t).chat.completions.create(hi) },
  {
    name: 'stream-executed',
    script: 'search',
    run: async (t) => textOf(await make(t).chat.completions.create({ ...hi, stream: true })),
  },
  {
    name: 'stream-told-failure',
    script: 'groq-failed',
    run: async (t) => textOf(await make(t).chat.completions.create({ ...hi, stream: true })),
  },
  {
    name: 'embeddings',
    needs: has('embeddings', 'create'),
    run: (t) => make(t).embeddings.create({ model: 'nomic-embed-text-v1_5', input: ['canary', 'two'] }),
  },
  {
    name: 'transcription',
    needs: has('audio', 'transcriptions', 'create'),
    run: (t) =>
      make(t).audio.transcriptions.create({
        model: 'whisper-large-v3',
        file: new File(['sound'], 'sound.mp3'),
      }),
  },
  {
    name: 'speech',
    needs: has('audio', 'speech', 'create'),
    run: async (t) =>
      (await make(t).audio.speech.create({ model: 'playai-tts', voice: 'Fritz', input: 'canary' })).text(),
  },
  {
    name: 'batches',
    needs: has('batches', 'create'),
    run: (t) =>
      make(t).batches.create({
        input_file_id: 'file-1',
        endpoint: '/v1/chat/completions',
        completion_window: '24h',
      }),
  },
  { name: 'files', needs: has('files', 'info'), run: (t) => make(t).files.info('file-1') },
  {
    name: 'models',
    run: async (t) => (await make(t).models.list()).data.map(({ id }) => id),
  },
  {
    name: 'with-options',
    needs: has('withOptions'),
    run: (t) => make(t).withOptions({ maxRetries: 0 }).chat.completions.create(hi),
  },
  {
    name: 'subclass',
    run: (t) => {
      class Mine extends clientClass(t) {}
      return new Mine({ apiKey: 'gsk-test', baseURL: t.address() }).chat.completions.create(hi)
    },
  },
  {
    name: 'embeddings-error',
    script: 'error-401',
    needs: has('embeddings', 'create'),
    run: (t) => failureOf(make(t).embeddings.create({ model: 'nomic-embed-text-v1_5', input: 'canary' })),
  },
]
