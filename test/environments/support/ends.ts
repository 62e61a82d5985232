import { cp, rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { startOtlpHttp } from '../../support/collector.ts'
import { freshStateHome } from '../../support/run.ts'
import { freePort } from '../../support/server-process.ts'
import { type Command, type Ended, runCommand } from './command.ts'
import type { Project } from './project.ts'

/** The program that `test/exit` ends in all ways on Node, as `end.mjs` of `project`: it makes a span named `work`. */
export function addEnds(project: Project): Promise<void> {
  const program = fileURLToPath(new URL('../../exit/fixtures/end.mjs', import.meta.url))
  return cp(program, project.path('end.mjs'))
}

const PROTOCOL = { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' }

const endOf = (command: Command, env: Readonly<Record<string, string>>): Promise<Ended> =>
  runCommand({ ...command, env: { ...command.env, ...PROTOCOL, ...env } })

/** What is expected of an end. */
export interface Delivered {
  /** @defaultValue `['work']` */
  readonly names?: readonly string[]
  /** What is the same with and without tracing. @defaultValue all of it */
  readonly same?: (ended: Ended) => unknown
}

/** The program ends as it does untraced, and its spans have arrived. */
export async function expectDelivered(
  command: Command,
  { names = ['work'], same = (ended) => ended }: Delivered = {},
): Promise<void> {
  await using receiver = await startOtlpHttp()
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url }
  const traced = await endOf(command, env)
  expect(same(traced)).toEqual(same(await endOf(command, { ...env, ENABLE_MLFLOW_TRACING: 'false' })))
  const arrived = receiver.spans().map(({ name }) => name)
  expect(arrived.sort()).toEqual([...names].sort())
}

/** The end without the last of the calls in which an error was thrown, among which one is ours. */
export const withoutStack = ({ stderr, ...others }: Ended): unknown => ({
  ...others,
  stderr: stderr.split('\n').filter((line) => !/^\W*at /.test(line.replace(COLOURS, ''))),
})

// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what colours are.
const COLOURS = /\x1b\[[\d;]*m/g

/**
 * With a receiver that is down, the program ends as it does untraced but for one line; `next` has sent what was left
 * before it ends.
 */
export async function expectLeft(command: Command, next: Command): Promise<void> {
  const port = await freePort()
  const home = freshStateHome()
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`, XDG_STATE_HOME: home }
  try {
    const untraced = await endOf(command, { ...env, ENABLE_MLFLOW_TRACING: 'false' })
    const { stderr, ...traced } = await endOf(command, { ...env, TURNSPAN_EXIT_TIMEOUT_MS: '300' })
    const lines = stderr.split('\n').filter((line) => line.startsWith('turnspan '))
    expect(lines).toEqual([expect.stringMatching(/: 1 span was not delivered.*\[TS_EXIT_SPOOLED\]$/)])
    const others = stderr.split('\n').filter((line) => !lines.includes(line))
    expect({ ...traced, stderr: others.join('\n') }).toEqual(untraced)
    await using receiver = await startOtlpHttp({ port })
    expect((await endOf(next, env)).stderr).toBe('')
    expect(receiver.spans().map(({ name }) => name)).toEqual(['work', 'work'])
  } finally {
    await rm(home, { recursive: true, force: true })
  }
}
