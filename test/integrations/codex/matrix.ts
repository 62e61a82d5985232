import { integrationFolders, type Way } from '../../support/integrations.ts'
import type { Script } from '../../support/provider/script.ts'

const folders = integrationFolders(import.meta.url)

export const programs: string = folders.programs
export const fixture: (set: string) => string = folders.fixture

/** What is tested: the oldest version that is supported and the newest, both with the binary that they bring. */
export const ways: readonly Way[] = [
  { set: 'codex-0.130', node: 20, modules: 'esm', order: 'after' },
  { set: 'codex-0.163', node: 22, modules: 'esm', order: 'before' },
]

const call = (name: string, given: object, usage?: Script[number]['usage']): Script[number] => ({
  tools: [{ id: `call_${name}`, name, arguments: given }],
  ...(usage && { usage }),
})

const PATCH = "apply_patch <<'EOF'\n*** Begin Patch\n*** Add File: note.txt\n+hello\n*** End Patch\nEOF\n"

/** What the model answers, by the name of the script. */
export const scripts: Readonly<Record<string, Script>> = {
  command: [
    call('exec_command', { cmd: 'echo hello' }, { input: 100, output: 20, cacheRead: 50, reasoning: 5 }),
    { text: 'It said hello.', usage: { input: 200, output: 10, cacheRead: 100 } },
    { text: 'It said it before.', usage: { input: 300, output: 30 } },
  ],
  failing: [call('exec_command', { cmd: 'echo broken; exit 3' }), { text: 'It failed.' }],
  patch: [call('exec_command', { cmd: PATCH }), { text: 'Written.' }],
  plan: [
    call('update_plan', {
      plan: [
        { step: 'look', status: 'completed' },
        { step: 'write', status: 'in_progress' },
      ],
    }),
    { text: 'Planned.' },
  ],
  mcp: [
    {
      // The older version calls the group of a server's tools otherwise; each knows one of the two calls.
      tools: ['mcp__shelf', 'mcp__shelf__'].map((namespace) => ({
        id: `call_${namespace}`,
        namespace,
        name: 'lookup',
        arguments: { key: 'a' },
      })),
    },
    { text: 'Found it.' },
  ],
}
