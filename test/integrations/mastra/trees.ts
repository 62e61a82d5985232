import type { DecodedSpan } from '../../support/decoded-span.ts'
import { linesOf as lines } from '../foreign/translated.ts'
import type { MastraSet } from './matrix.ts'

type Trees = Readonly<Record<string, readonly string[]>>

/** Spans of Mastra 1.0 for parts of the workflow by which it runs an agent; later versions keep them to themselves. */
const PLUMBING = /^(?:loop|condition|parallel): /

export const linesOf = (spans: readonly DecodedSpan[]): string[] =>
  lines(spans.filter(({ name }) => !PLUMBING.test(name)))

const indented = (tree: readonly string[], depth: number): string[] =>
  tree.map((line) => '  '.repeat(depth) + line)

/** An agent that asks its model once for each of `steps`, which are what stands below them. */
function agent(
  usage: string,
  steps: readonly (readonly string[])[],
  name = 'assistant',
  total = '',
): string[] {
  const parts = steps.flatMap((tools, index) => [
    `    step ${index} CHAIN`,
    `      chat gpt-4o CHAT_MODEL${usage && ` ${usage}`}`,
    ...indented(tools, 3),
  ])
  const sum = total || (steps.length === 1 ? usage : '')
  return [`agent:${name} AGENT${sum && ` ${sum}`}`, '  generation CHAIN', ...parts]
}

const ONE = '20/10/0'
const TWO = '40/20/0'
const inside = 'inside UNKNOWN'
const weather = ['get_weather TOOL', `  ${inside}`]
const failing = [
  'agent:assistant AGENT',
  '  generation CHAIN',
  '    step 0 CHAIN',
  '      chat gpt-4o CHAT_MODEL',
]

/** What stands in every way; of the tools of a bridge, what they do stands below them. */
const SAME: Trees = {
  hello: agent(ONE, [[]]),
  cached: agent('2048/12/1536', [[]]),
  error: failing.map((line) => `${line} FAILED`),
  'tool-fails': agent(ONE, [['get_weather TOOL FAILED'], []], 'assistant', TWO),
  'two-at-once': [inside, ...indented(agent(ONE, [[]]), 1), inside, ...indented(agent(ONE, [[]]), 1)],
  stream: agent('', [[]]),
  'workflow-fails': ['flow WORKFLOW FAILED', '  work TASK FAILED'],
}

const exported = agent(ONE, [['get_weather TOOL'], []], 'assistant', TWO)

/** By the bridge. */
const BRIDGED: Trees = {
  ...SAME,
  tool: agent(ONE, [weather, []], 'assistant', TWO),
  tools: agent(ONE, [['get_time TOOL', ...weather, ...weather], []], 'assistant', TWO),
  'sub-agent': agent(
    ONE,
    [['get_weather TOOL', ...indented(agent(ONE, [[]], 'helper'), 1)], []],
    'assistant',
    '60/30/0',
  ),
  'stream-tool': agent('', [weather, []]),
  workflow: ['flow WORKFLOW', '  work TASK', `    ${inside}`],
  exporter: [...exported, inside],
  hidden: agent(ONE, [[]]),
  'kept-out': [
    `agent:assistant AGENT ${TWO}`,
    '  generation CHAIN',
    `    chat gpt-4o CHAT_MODEL ${ONE}`,
    `    chat gpt-4o CHAT_MODEL ${ONE}`,
    `    ${inside}`,
  ],
}

/** By the exporter, which makes nothing active. */
const EXPORTED: Trees = {
  ...SAME,
  tool: [...exported, inside],
  tools: [
    ...agent(ONE, [['get_time TOOL', 'get_weather TOOL', 'get_weather TOOL'], []], 'assistant', TWO),
    inside,
    inside,
  ],
  'sub-agent': [...exported, ...agent(ONE, [[]], 'helper')],
  'stream-tool': [...agent('', [['get_weather TOOL'], []]), inside],
  workflow: ['flow WORKFLOW', '  work TASK', inside],
}

export function treesOf(set: MastraSet): Trees {
  if (set === 'mastra-0.24') return EXPORTED
  // The first bridges are not asked to run the steps of workflows.
  return set === 'mastra-1.0' ? { ...BRIDGED, workflow: EXPORTED.workflow ?? [] } : BRIDGED
}
