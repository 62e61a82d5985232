import { expect } from 'vitest'
import { fileBeside, runNode } from '../support/child.ts'
import type { AgentOutcome } from './agent.child.ts'

/** An outcome, and the codes of what was said. */
export interface ProcessOutcome extends AgentOutcome {
  readonly codes: readonly string[]
  readonly stderr: string
}

/** Runs `agent.child.ts`: one turn in a process of its own, configured by nothing but `env`. */
export async function runAgent(env: Readonly<Record<string, string>>): Promise<ProcessOutcome> {
  const result = await runNode(fileBeside(import.meta.url, './agent.child.ts'), { env })
  expect(result, result.stderr).toMatchObject({ code: 0, timedOut: false })
  const outcome = JSON.parse(result.stdout) as AgentOutcome
  return { ...outcome, codes: outcome.said.map(({ code }) => code), stderr: result.stderr }
}
