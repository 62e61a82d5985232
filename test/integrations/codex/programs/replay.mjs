#!/usr/bin/env node
// Stands for Codex: says what it said in a real turn, which is named by the input that it is given.
import { text } from 'node:stream/consumers'

const begun = (id) => [{ type: 'thread.started', thread_id: id }, { type: 'turn.started' }]
const usage = (input, output, cached = 0) => ({
  type: 'turn.completed',
  usage: {
    input_tokens: input,
    cached_input_tokens: cached,
    output_tokens: output,
    reasoning_output_tokens: 0,
  },
})
const item = (event, more) => ({ type: `item.${event}`, item: more })
const command = { id: 'item_0', type: 'command_execution', command: "/bin/bash -lc 'echo secret'" }
const said = (words) => item('completed', { id: 'item_9', type: 'agent_message', text: words })

const turns = {
  command: [
    item('started', { ...command, aggregated_output: '', exit_code: null, status: 'in_progress' }),
    item('updated', { ...command, aggregated_output: 'sec', exit_code: null, status: 'in_progress' }),
    item('completed', { ...command, aggregated_output: 'secret\n', exit_code: 0, status: 'completed' }),
    said('secret answer'),
    usage(300, 30, 50),
  ],
  again: [said('again'), usage(700, 50, 150)],
  everything: [
    item('completed', { id: 'item_1', type: 'reasoning', text: 'secret thought' }),
    item('started', { ...command, aggregated_output: '', exit_code: null, status: 'in_progress' }),
    item('started', {
      id: 'item_2',
      type: 'mcp_tool_call',
      server: 'shelf',
      tool: 'lookup',
      arguments: { key: 'secret key' },
      status: 'in_progress',
    }),
    item('completed', { ...command, aggregated_output: 'secret\n', exit_code: 3, status: 'failed' }),
    item('completed', {
      id: 'item_2',
      type: 'mcp_tool_call',
      server: 'shelf',
      tool: 'lookup',
      arguments: { key: 'secret key' },
      error: { message: 'secret failure' },
      status: 'failed',
    }),
    item('completed', {
      id: 'item_3',
      type: 'file_change',
      changes: [{ path: 'secret.txt', kind: 'add' }],
      status: 'completed',
    }),
    item('completed', { id: 'item_4', type: 'web_search', query: 'secret query' }),
    item('completed', { id: 'item_5', type: 'todo_list', items: [{ text: 'secret step', completed: true }] }),
    item('completed', { id: 'item_6', type: 'error', message: 'secret warning' }),
    said('secret answer'),
    usage(20, 10),
  ],
  open: [
    item('started', { ...command, aggregated_output: '', exit_code: null, status: 'in_progress' }),
    said('secret answer'),
    usage(20, 10),
  ],
  failed: [
    { type: 'error', message: 'secret error' },
    { type: 'turn.failed', error: { message: 'secret error' } },
  ],
}

const resumed = process.argv.indexOf('resume')
const id = resumed > 0 ? process.argv[resumed + 1] : `thread-${process.pid}`
const asked = (await text(process.stdin)).trim().split(' ')[0]
if (asked === 'crash') {
  process.stdout.write(`${JSON.stringify(begun(id)[0])}\n`)
  process.stderr.write('secret crash\n')
  process.exitCode = 7
} else {
  for (const event of [...begun(id), ...turns[asked]]) process.stdout.write(`${JSON.stringify(event)}\n`)
}
