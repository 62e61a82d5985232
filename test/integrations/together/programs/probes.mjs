// Every form in which a program calls the client of Together.
import { chatProbes, failureOf } from './chat-probes.mjs'

const MODEL = 'meta-llama/Llama-3.3-70B-Instruct-Turbo'
export const hi = { model: MODEL, messages: [{ role: 'user', content: 'Hi canary!' }] }
const clientClass = ({ sdk }) => sdk.Together ?? sdk.default?.Together ?? sdk.default ?? sdk
export const make = (t, script, options = {}) =>
  new (clientClass(t))({ apiKey: 'tg-test', baseURL: `${t.address(script)}/v1`, ...options })
const has =
  (...path) =>
  (t) =>
    typeof path.reduce((at, key) => at?.[key], make(t)) === 'function'
const makeImage = (t) => {
  const { images } = make(t)
  const body = { model: 'black-forest-labs/FLUX.1-schnell', prompt: 'canary', steps: 4 }
  return images.generate ? images.generate(body) : images.create(body)
}

export const probes = [
  ...chatProbes(make, MODEL),
  {
    name: 'stream-helper',
    script: 'tool',
    run: async (t) => {
      const stream = make(t).chat.completions.stream(hi)
      stream.on('chunk', () => t.note('chunk'))
      stream.on('end', () => t.note('end'))
      return (await stream.finalChatCompletion()).choices[0].finish_reason
    },
  },
  {
    name: 'stream-helper-abort',
    script: 'slow',
    run: (t) => {
      const stream = make(t).chat.completions.stream(hi)
      stream.once('chunk', () => stream.abort())
      return failureOf(stream.finalChatCompletion())
    },
  },
  {
    name: 'completions',
    run: (t) => make(t).completions.create({ model: 'mistralai/Mixtral-8x7B-v0.1', prompt: 'canary' }),
  },
  {
    name: 'completions-stream',
    run: async (t) => {
      const body = { model: 'mistralai/Mixtral-8x7B-v0.1', prompt: 'canary', stream: true }
      let text = ''
      for await (const chunk of await make(t).completions.create(body)) text += chunk.choices[0].text
      return text
    },
  },
  {
    name: 'embeddings',
    run: (t) => make(t).embeddings.create({ model: 'BAAI/bge-large-en-v1.5', input: ['canary', 'two'] }),
  },
  {
    name: 'rerank',
    needs: has('rerank', 'create'),
    run: (t) =>
      make(t).rerank.create({
        model: 'Salesforce/Llama-Rank-V1',
        query: 'canary',
        documents: ['a canary', 'a parrot'],
        top_n: 2,
      }),
  },
  { name: 'images', run: makeImage },
  {
    name: 'speech',
    needs: has('audio', 'speech', 'create'),
    run: async (t) => {
      const body = { model: 'cartesia/sonic', voice: 'helpful woman', input: 'canary' }
      return (await make(t).audio.speech.create(body)).text()
    },
  },
  {
    name: 'transcription',
    needs: has('audio', 'transcriptions', 'create'),
    run: (t) =>
      make(t).audio.transcriptions.create({
        model: 'openai/whisper-large-v3',
        file: new File(['sound'], 'sound.mp3'),
      }),
  },
  {
    name: 'batches',
    needs: has('batches', 'create'),
    run: (t) => make(t).batches.create({ input_file_id: 'file-1', endpoint: '/v1/chat/completions' }),
  },
  { name: 'files', run: (t) => make(t).files.retrieve('file-1') },
  {
    name: 'subclass',
    run: (t) => {
      class Mine extends clientClass(t) {}
      return new Mine({ apiKey: 'k', baseURL: `${t.address()}/v1` }).chat.completions.create(hi)
    },
  },
]
