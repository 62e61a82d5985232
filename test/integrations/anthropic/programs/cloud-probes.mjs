// The clients of the clouds, on a local server: requests are signed, with keys and tokens that open nothing.
import { failureOf, hi, textOf } from './clients.mjs'

const MODEL = 'anthropic.claude-sonnet-4-5-20250929-v1:0'

/** A signature has the time in it, so that no two are the same. */
const unsigned = (t) => async (url, init) => {
  const headers = new Headers(init.headers)
  const signature = headers.get('authorization') ?? ''
  t.note('signed', signature.replace(/\/\d{8}\/.*$/s, ''), headers.has('x-amz-date'))
  for (const name of ['authorization', 'x-amz-date', 'date']) headers.delete(name)
  return fetch(url, { ...init, headers })
}

const bedrock = (t, script) => {
  const { AnthropicBedrock } = t.bedrock
  return new AnthropicBedrock({
    awsRegion: 'eu-central-1',
    awsAccessKey: 'AKIATEST',
    awsSecretKey: 'secret',
    baseURL: t.address(script),
    fetch: unsigned(t),
  })
}

const vertex = (t, script) => {
  const { AnthropicVertex } = t.vertex
  const headers = { authorization: 'Bearer local' }
  // What google-auth-library is asked for: of old a client with plain headers, now one with `Headers`.
  const authClient = {
    projectId: 'a-project',
    getRequestHeaders: async () => (t.vertexMajor === 0 ? headers : new Headers(headers)),
  }
  return new AnthropicVertex({
    region: 'europe-west1',
    projectId: 'a-project',
    baseURL: t.address(script),
    googleAuth: { getClient: async () => authClient },
  })
}

const load = async (t, name) => {
  try {
    const path = await import('node:module')
    const require = path.createRequire(import.meta.url)
    const exports = t.commonjs ? require(`@anthropic-ai/${name}`) : await import(`@anthropic-ai/${name}`)
    const { version } = JSON.parse(
      (await import('node:fs')).readFileSync(
        new URL(`./node_modules/@anthropic-ai/${name}/package.json`, import.meta.url),
        'utf8',
      ),
    )
    return { exports, major: Number(version.split('.')[0]) }
  } catch {
    return undefined
  }
}

const isCommonJs = (t) => Object.prototype.toString.call(t.sdk) !== '[object Module]'

const onBedrock = (run) => async (t) => {
  const loaded = await load({ ...t, commonjs: isCommonJs(t) }, 'bedrock-sdk')
  return loaded === undefined ? 'absent' : run({ ...t, bedrock: loaded.exports })
}

const onVertex = (run) => async (t) => {
  const loaded = await load({ ...t, commonjs: isCommonJs(t) }, 'vertex-sdk')
  return loaded === undefined ? 'absent' : run({ ...t, vertex: loaded.exports, vertexMajor: loaded.major })
}

// Made anew for each call: old versions take the model out of what they are given.
const toBedrock = () => ({ ...hi, model: MODEL })
const toVertex = () => ({ ...hi })

export const cloudProbes = [
  { name: 'bedrock', run: onBedrock((t) => bedrock(t).messages.create(toBedrock())) },
  {
    name: 'bedrock-cached',
    script: 'cached',
    run: onBedrock((t) => bedrock(t).messages.create(toBedrock())),
  },
  {
    name: 'bedrock-stream',
    script: 'tool',
    run: onBedrock(async (t) => textOf(await bedrock(t).messages.create({ ...toBedrock(), stream: true }))),
  },
  { name: 'bedrock-helper', run: onBedrock((t) => bedrock(t).messages.stream(toBedrock()).finalText()) },
  {
    name: 'bedrock-error',
    script: 'error-400',
    run: onBedrock((t) => failureOf(bedrock(t).messages.create(toBedrock()))),
  },
  { name: 'vertex', run: onVertex((t) => vertex(t).messages.create(toVertex())) },
  {
    name: 'vertex-stream',
    script: 'tool',
    run: onVertex(async (t) => textOf(await vertex(t).messages.create({ ...toVertex(), stream: true }))),
  },
  { name: 'vertex-retry', script: 'retry-429', run: onVertex((t) => vertex(t).messages.create(toVertex())) },
]
