import { integrationFolders, type Way } from '../../support/integrations.ts'
import type { Script } from '../../support/provider/script.ts'

const folders = integrationFolders(import.meta.url)

export const programs: string = folders.programs
export const fixture: (set: string) => string = folders.fixture

/** What is tested: the oldest version that is supported, whose program is one for Node, and the newest, which brings a binary. */
export const ways: readonly Way[] = [
  { set: 'claude-agent-sdk-0.2', node: 22, modules: 'esm', order: 'before' },
  { set: 'claude-agent-sdk-0.3', node: 20, modules: 'esm', order: 'before' },
]

const call = (name: string, args: object, id: string): Script[number] => ({
  tools: [{ id, name, arguments: args }],
})
const task = {
  description: 'look',
  prompt: 'look into it',
  subagent_type: 'helper',
  run_in_background: false,
}

/** What the model answers, by the name of the script. */
export const scripts: Readonly<Record<string, Script>> = {
  bash: [
    call('Bash', { command: 'echo hi', description: 'say hi' }, 'toolu_bash'),
    { text: 'done', usage: { input: 100, output: 33, cacheRead: 60, cacheWrite5m: 10 } },
  ],
  parts: [{ reasoning: 'The user greets.', text: 'Hello!', usage: { input: 30, output: 25 } }],
  failing: [call('Bash', { command: 'exit 3', description: 'fail' }, 'toolu_fail'), { text: 'It failed.' }],
  denied: [call('Bash', { command: 'echo no', description: 'no' }, 'toolu_no'), { text: 'I may not.' }],
  mcp: [call('mcp__calc__add', { a: 1, b: 2 }, 'toolu_mcp'), { text: '3' }],
  parallel: [
    {
      tools: [
        { id: 'toolu_a', name: 'mcp__calc__add', arguments: { a: 1, b: 1 } },
        { id: 'toolu_b', name: 'mcp__calc__add', arguments: { a: 2, b: 2 } },
      ],
    },
    { text: 'both' },
  ],
  agent: [
    call('Task', task, 'toolu_task'),
    call('Bash', { command: 'echo sub', description: 'sub' }, 'toolu_sub'),
    { text: 'the sub-agent says so' },
    { text: 'all done' },
  ],
  environment: [
    call('Bash', { command: 'echo trace=$TRACEPARENT', description: 'env' }, 'toolu_env'),
    { text: 'seen' },
  ],
  two: [{ text: 'one' }, { text: 'two' }],
}
