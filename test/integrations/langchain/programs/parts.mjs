// Models, tools and graphs that the probes are made of.

const UUID = /[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}/g
const TIME = /\d{4}-\d\d-\d\dT[\d:.]+Z/g

/** What a program sees of `value`, without what no two runs have in common. */
export function seen(tools, value) {
  return constant(tools.describe(value))
}

function constant(value) {
  if (typeof value === 'string') return value.replace(UUID, '<uuid>').replace(TIME, '<time>')
  if (Array.isArray(value)) return value.map(constant)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [constant(key), constant(item)]))
}

/** Everything that an iterable gives. */
export async function all(tools, iterable) {
  const items = []
  for await (const item of await iterable) items.push(seen(tools, item))
  return items
}

/** What comes before a loop is left. */
export async function some(tools, iterable, count) {
  const items = []
  for await (const item of await iterable) {
    items.push(seen(tools, item))
    if (items.length === count) break
  }
  return items
}

/** What became of `promise`. */
export async function outcome(tools, promise) {
  try {
    return { value: seen(tools, await promise) }
  } catch (error) {
    return { error: seen(tools, error) }
  }
}

/** OpenAI's chat model, answering as the script says. */
export const chat = (t, script, more = {}) =>
  new t.sdk.lib.ChatOpenAI({
    model: 'gpt-4o-mini',
    modelName: 'gpt-4o-mini',
    apiKey: 'sk-test',
    openAIApiKey: 'sk-test',
    temperature: 0.5,
    maxRetries: 0,
    configuration: { baseURL: `${t.address(script)}/v1` },
    ...more,
  })

export const claude = (t, script, more = {}) =>
  new t.sdk.lib.ChatAnthropic({
    model: 'claude-sonnet-4-5',
    apiKey: 'sk-test',
    maxTokens: 100,
    maxRetries: 0,
    anthropicApiUrl: t.address(script),
    ...more,
  })

/** A model of the program's own, whose answers have no ID; it streams by letters. */
export function ownModel({ lib }, { text = 'abc', fails = false, name } = {}) {
  class OwnModel extends lib.BaseChatModel {
    static lc_name() {
      return 'OwnModel'
    }
    #secret = text
    _llmType() {
      return 'own'
    }
    async _generate() {
      if (fails) throw new TypeError('the own model failed')
      return { generations: [{ text: this.#secret, message: new lib.AIMessage(this.#secret) }] }
    }
    async *_streamResponseChunks(_messages, _options, runManager) {
      for (const letter of this.#secret) {
        const message = new lib.AIMessageChunk({ content: letter })
        const chunk = new lib.ChatGenerationChunk({ text: letter, message })
        yield chunk
        await runManager?.handleLLMNewToken(letter, undefined, undefined, undefined, undefined, { chunk })
        if (fails) throw new TypeError('the own stream failed')
      }
    }
  }
  const model = new OwnModel({})
  return name === undefined ? model : model.withConfig({ runName: name })
}

export const weather = ({ sdk: { lib } }, work = async ({ city }) => `sunny in ${city}`) =>
  lib.tool(work, {
    name: 'get_weather',
    description: 'Says how the weather is',
    schema: lib.z.object({ city: lib.z.string() }),
  })

/** A tool of the program's own class. */
export function ownTool({ lib }) {
  class OwnTool extends lib.StructuredTool {
    name = 'own_tool'
    description = 'Does its own thing'
    schema = lib.z.object({ word: lib.z.string() })
    #times = 0
    async _call({ word }) {
      this.#times += 1
      return `${word} ${this.#times}`
    }
  }
  return new OwnTool()
}

export function ownRetriever({ lib }, fails = false) {
  class OwnRetriever extends lib.BaseRetriever {
    lc_namespace = ['own']
    static lc_name() {
      return 'OwnRetriever'
    }
    async _getRelevantDocuments(query) {
      if (fails) throw new RangeError('no such index')
      return [
        new lib.Document({ pageContent: `about ${query}`, metadata: { source: 'a' } }),
        new lib.Document({ pageContent: 'else', metadata: { source: 'b' } }),
      ]
    }
  }
  return new OwnRetriever()
}

/** A store of vectors with embeddings of the program's own. */
export function ownStore({ lib }) {
  class OwnEmbeddings extends lib.Embeddings {
    async embedDocuments(texts) {
      return texts.map((text) => [text.length, 1])
    }
    async embedQuery(text) {
      return (await this.embedDocuments([text]))[0]
    }
  }
  class OwnStore extends lib.VectorStore {
    docs = [new lib.Document({ pageContent: 'one', metadata: {} })]
    _vectorstoreType() {
      return 'own'
    }
    async similaritySearchVectorWithScore(_vector, k) {
      return this.docs.slice(0, k).map((doc) => [doc, 0.5])
    }
  }
  return new OwnStore(new OwnEmbeddings({}), {})
}

const ask = (text) => ({ messages: [{ role: 'user', content: text }] })
export const question = ({ sdk: { lib } }, text = 'Hi!') => ({ messages: [new lib.HumanMessage(text)] })
export { ask }

/** A state whose parts are added up. */
export const listState = ({ lib }) =>
  lib.Annotation.Root({
    steps: lib.Annotation({ reducer: (before, more) => before.concat(more), default: () => [] }),
  })

/** a, then b and c side by side, then d. */
export function diamond(t, work = {}) {
  const { lib } = t.sdk
  const { StateGraph, START, END } = lib
  const step = (name) => async (state, config) => {
    t.note('node', name, state.steps.length, typeof config)
    return { steps: [(await work[name]?.(state, config)) ?? name] }
  }
  return new StateGraph(listState(t.sdk))
    .addNode('a', step('a'))
    .addNode('b', step('b'))
    .addNode('c', step('c'))
    .addNode('d', step('d'))
    .addEdge(START, 'a')
    .addEdge('a', 'b')
    .addEdge('a', 'c')
    .addEdge('b', 'd')
    .addEdge('c', 'd')
    .addEdge('d', END)
}

/** A graph of one node that asks a model. */
export function asking(t, model) {
  const { StateGraph, MessagesAnnotation, START, END } = t.sdk.lib
  return new StateGraph(MessagesAnnotation)
    .addNode('ask', async (state) => ({ messages: [await model.invoke(state.messages)] }))
    .addEdge(START, 'ask')
    .addEdge('ask', END)
}

/** Lets the garbage collector find what nobody holds. */
export async function collect(t) {
  for (let turn = 0; turn < 6; turn += 1) {
    t.gc()
    await t.settle()
  }
}
