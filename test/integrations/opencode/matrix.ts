import { integrationFolders, type Way } from '../../support/integrations.ts'
import type { Script } from '../../support/provider/script.ts'

const folders = integrationFolders(import.meta.url)

export const programs: string = folders.programs
export const fixture: (set: string) => string = folders.fixture

/** What is tested: the oldest version that is supported and the newest, each with a binary of its time. */
export const ways: readonly Way<'opencode-1.0' | 'opencode-1.19'>[] = [
  { set: 'opencode-1.0', node: 20, modules: 'esm', order: 'after' },
  { set: 'opencode-1.19', node: 22, modules: 'esm', order: 'before' },
]

const usage = { input: 40, output: 10, cacheRead: 16 }
const call = (name: string, given: object): Script[number] => ({
  tools: [{ id: `call_${name}`, name, arguments: given }],
  usage,
})

/** What the model answers, by the name of the script. */
export const scripts: Readonly<Record<string, Script>> = {
  tool: [
    call('bash', { command: 'echo hello', description: 'Says hello' }),
    { text: 'It says hello.', usage },
  ],
  'tool-fails': [call('read', { filePath: '/nowhere/at/all' }), { text: 'It is not there.', usage }],
  'sub-agent': [
    call('task', { description: 'Looks', prompt: 'Look outside.', subagent_type: 'general' }),
    call('bash', { command: 'echo sunny', description: 'Looks outside' }),
    { text: 'It is sunny.', usage },
    { text: 'The helper says that it is sunny.', usage },
  ],
  twice: [
    { text: 'One.', usage },
    {
      text: 'Two.',
      usage: { input: 200, output: 10, cacheRead: 100, reasoning: 4 },
      reasoning: 'One and one.',
    },
  ],
}
