// What the probes of OpenCode have in common: one server for all, whose models ask the provider of each probe.
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'

const settings = JSON.parse(process.env.PROBING)
const home = mkdtempSync(join(tmpdir(), 'turnspan-opencode-'))
const work = join(home, 'work')
mkdirSync(work)
process.on('exit', () => rmSync(home, { recursive: true, force: true, maxRetries: 3 }))

const require = createRequire(import.meta.url)
const binary = `opencode-${process.platform}-${process.arch}/package.json`
process.env.PATH = [join(dirname(require.resolve(binary)), 'bin'), process.env.PATH].join(delimiter)
process.env.HOME = home
for (const name of ['CONFIG', 'DATA', 'CACHE', 'STATE']) process.env[`XDG_${name}_HOME`] = join(home, name)
process.env.OPENCODE_DISABLE_MODELS_FETCH = '1'
process.env.OPENCODE_DISABLE_AUTOUPDATE = '1'
process.env.OPENCODE_DISABLE_LSP_DOWNLOAD = '1'

const providers = (scripts) =>
  Object.fromEntries(
    scripts.map(([probe, script]) => [
      probe,
      {
        npm: '@ai-sdk/openai-compatible',
        name: probe,
        options: { baseURL: `${settings.provider}/${script}/${settings.run}.${probe}/v1`, apiKey: 'sk-test' },
        models: { 'gpt-4o': { name: 'gpt-4o', tool_call: true } },
      },
    ]),
  )

let server

/** A client of the one server, of the version that the probe wants. */
export async function client(t, scripts, create = t.sdk.createOpencodeClient) {
  server ??= start({
    autoupdate: false,
    share: 'disabled',
    model: 'titles/gpt-4o',
    small_model: 'titles/gpt-4o',
    provider: providers([...scripts, ['titles', 'hello']]),
    permission: { bash: 'allow', edit: 'allow', webfetch: 'allow', external_directory: 'allow' },
  })
  return create({ baseUrl: await server, directory: work })
}

/** As the SDK starts it, but that it ends with this process, whatever it still does. */
function start(config) {
  const env = { ...process.env, OPENCODE_CONFIG_CONTENT: JSON.stringify(config) }
  const args = ['serve', '--hostname=127.0.0.1', '--port=0']
  const child = spawn('opencode', args, { env, stdio: ['ignore', 'pipe', 'ignore'] })
  process.on('exit', () => child.kill('SIGKILL'))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    let said = ''
    child.stdout.setEncoding('utf8').on('data', (data) => {
      said += data
      const url = /listening on\s+(http\S+)/.exec(said)?.[1]
      if (url === undefined) return
      child.unref()
      child.stdout.unref()
      resolve(url)
    })
  })
}

/** A turn in a session of its own, of the probe's model. */
export async function ask(api, name, text = 'How is it?') {
  const session = await api.session.create({ body: { title: name } })
  const body = { model: { providerID: name, modelID: 'gpt-4o' }, parts: [{ type: 'text', text }] }
  return { id: session.data.id, body }
}

/** What a program gets, without IDs and times. */
export const shown = ({ data, error }) => ({
  failed: error && [error.name, error.data?.message],
  told: data?.info?.error && [data.info.error.name, data.info.error.data?.message],
  finish: data?.info?.finish,
  tokens: data?.info?.tokens,
  parts: data?.parts?.map(({ type, text, tool, state }) => [type, text, tool, state?.status]),
})
