// Forms in which a program uses the Codex SDK. Each probe runs the real Codex, against the local server.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const shelf = fileURLToPath(new URL('./shelf.mjs', import.meta.url))

/** Runs `work` with a Codex that has a home and a folder of its own. */
async function withCodex(t, work, config = {}) {
  const home = mkdtempSync(join(tmpdir(), 'codex-home-'))
  const folder = mkdtempSync(join(tmpdir(), 'codex-work-'))
  const settings = {
    baseUrl: `${t.address()}/v1`,
    apiKey: 'sk-test',
    env: { CODEX_HOME: home, HOME: home, PATH: process.env.PATH },
    config: { analytics: { enabled: false }, ...config },
  }
  const options = {
    workingDirectory: folder,
    skipGitRepoCheck: true,
    sandboxMode: 'danger-full-access',
    approvalPolicy: 'never',
    model: 'gpt-5',
  }
  try {
    return await work({ codex: new t.sdk.Codex(settings), options, folder, settings })
  } finally {
    rmSync(home, { recursive: true, force: true })
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Events and items without what no two runs have in common. */
const seen = (value) =>
  JSON.parse(
    JSON.stringify(value, (key, one) => (key === 'thread_id' ? '(id)' : one)).replaceAll(
      /codex-work-\w+/g,
      'codex-work',
    ),
  )

const turn = (name, more = {}) => ({
  name,
  script: name,
  run: (t) =>
    withCodex(
      t,
      async ({ codex, options }) => seen(await codex.startThread(options).run('Do it.')),
      more.config,
    ),
})

export const probes = [
  {
    name: 'command',
    run: (t) =>
      withCodex(t, async ({ codex, options }) => {
        const thread = codex.startThread(options)
        const first = await thread.run('Say hello.')
        const second = await thread.run([
          { type: 'text', text: 'And' },
          { type: 'text', text: 'again.' },
        ])
        return seen([first, second, typeof thread.id])
      }),
    script: 'command',
  },
  {
    name: 'streamed',
    script: 'command',
    run: (t) =>
      withCodex(t, async ({ codex, options }) => {
        const { events } = await codex.startThread(options).runStreamed('Say hello.')
        for await (const event of events) t.note(seen(event))
      }),
  },
  {
    name: 'resumed',
    script: 'command',
    run: (t) =>
      withCodex(t, async ({ codex, options, settings }) => {
        const thread = codex.startThread(options)
        await thread.run('Say hello.')
        const again = new t.sdk.Codex(settings).resumeThread(thread.id, options)
        return seen(await again.run('Again.'))
      }),
  },
  turn('failing'),
  {
    name: 'patch',
    script: 'patch',
    run: (t) =>
      withCodex(t, async ({ codex, options, folder }) => {
        const { items } = await codex.startThread(options).run('Write a note.')
        t.note(readFileSync(join(folder, 'note.txt'), 'utf8'))
        return items.map(({ type, status }) => [type, status])
      }),
  },
  turn('plan'),
  turn('reasoning'),
  turn('search'),
  turn('mcp', { config: { mcp_servers: { shelf: { command: process.execPath, args: [shelf] } } } }),
  {
    name: 'refused',
    script: 'error-400',
    run: (t) =>
      withCodex(t, async ({ codex, options }) => {
        try {
          return seen(await codex.startThread(options).run('Hi!'))
        } catch (error) {
          return [error.constructor.name, error.message.includes('Invalid value')]
        }
      }),
  },
  {
    name: 'left',
    script: 'slow',
    run: (t) =>
      withCodex(t, async ({ codex, options }) => {
        const { events } = await codex.startThread(options).runStreamed('Hi!')
        for await (const { type } of events) {
          t.note(type)
          if (type === 'turn.started') break
        }
      }),
  },
  {
    name: 'aborted',
    script: 'hang',
    run: (t) =>
      withCodex(t, async ({ codex, options }) => {
        const controller = new AbortController()
        const { events } = await codex.startThread(options).runStreamed('Hi!', { signal: controller.signal })
        try {
          for await (const { type } of events) if (type === 'turn.started') controller.abort()
        } catch (error) {
          return [error.name, error.code]
        }
      }),
  },
  {
    name: 'absent',
    run: async (t) => {
      const codex = new t.sdk.Codex({ codexPathOverride: '/nowhere/codex' })
      try {
        return await codex.startThread().run('Hi!')
      } catch (error) {
        return [error.constructor.name, error.code]
      }
    },
  },
]
