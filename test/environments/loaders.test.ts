import { cp, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { nodeBinary } from '../support/node-versions.ts'
import { expectAgent, runAgent } from './support/agent.ts'
import { makeProject, type Project, programs } from './support/project.ts'

let project: Project
beforeAll(async () => {
  project = await makeProject('loaders', 'agent', 'typescript')
  // A command that somebody else wrote, as `next` and `react-router-serve` are.
  await cp(programs('launcher'), project.path('node_modules', 'launcher'), { recursive: true })
  await writeFile(
    project.path('node_modules', 'launcher', 'package.json'),
    '{"name":"launcher","version":"1.0.0"}',
  )
}, 300_000)
afterAll(() => project[Symbol.asyncDispose]())

const LAUNCH = 'node_modules/launcher/launch.cjs'
const SWC_ESM = ['--import', '@swc-node/register/esm-register']

/** How a program is loaded: by what, and which one. */
const WAYS: readonly (readonly [what: string, args: readonly string[]])[] = [
  ['an ES module by tsx', ['--import', 'tsx', 'agent.mts']],
  ['an ES module by the command tsx', ['node_modules/tsx/dist/cli.mjs', 'agent.mts']],
  ['a CommonJS program by tsx', ['--require', 'tsx/cjs', 'agent.cts']],
  ['a plain ES module below tsx', ['--import', 'tsx', 'agent.mjs']],
  ['a plain CommonJS program below tsx', ['--import', 'tsx', 'agent.cjs']],
  [
    'an ES module by tsx, below turnspan/register',
    ['--import', 'tsx', '--import', 'turnspan/register', 'agent.mts'],
  ],
  [
    'an ES module by tsx, above turnspan/register',
    ['--import', 'turnspan/register', '--import', 'tsx', 'agent.mts'],
  ],
  ['an ES module by ts-node', ['--no-warnings', '--loader', 'ts-node/esm', 'agent.mts']],
  ['a CommonJS program by ts-node', ['--require', 'ts-node/register', 'agent.cts']],
  ['an ES module by swc-node', ['--no-warnings', ...SWC_ESM, 'agent.mts']],
  ['a CommonJS program by swc-node', ['--require', '@swc-node/register', 'agent.cts']],
  ['an ES module by a launcher in CommonJS', [LAUNCH, 'agent.mjs']],
  ['an ES module that loads the package later, by a launcher in CommonJS', [LAUNCH, 'late.mjs']],
  ['a CommonJS program by a launcher in CommonJS', [LAUNCH, 'agent.cjs']],
]

/** Those that depend on the Node that they run on, for its hooks are different ones. */
const ON_EVERY_NODE = /^an ES module (by tsx|by a launcher)|^a plain ES module/

describe.each([20, 22, 24] as const)('on Node %i', (line) => {
  let node: string
  beforeAll(async () => {
    node = await nodeBinary(line)
  }, 300_000)

  const ways = WAYS.filter(([what]) => line === 22 || ON_EVERY_NODE.test(what))
  test.each(ways)('%s is traced', { timeout: 120_000 }, async (_what, args) => {
    expectAgent(await runAgent({ command: node, args, cwd: project.dir }))
  })
})
