import { expect } from 'vitest'
import { newResponseId } from '../../src/index.ts'
import { runNode } from '../support/child.ts'
import { fixtureApp } from '../support/integrations.ts'
import type { MlflowSpan, MlflowTraceInfo } from '../support/mlflow-read.ts'
import type { Provider } from '../support/provider/server.ts'
import { freshName, mlflowUrl, reader } from './tracing.ts'

/** An agent that was run on a framework's packages, and what MLflow has of it. */
export interface TracedAgent {
  readonly experimentName: string
  readonly responseId: string
  /** What the program printed: what it said, and turnspan's report. */
  readonly printed: unknown
  readonly spans: readonly MlflowSpan[]
  readonly info: MlflowTraceInfo
  /** Its spans of that type, in the order of their beginning. */
  ofType(type: string): MlflowSpan[]
}

/** How `agent.mjs` of an integration's programs is run. */
export interface AgentRun {
  /** Folder of the fixture project, and of the programs. */
  readonly fixture: string
  readonly programs: string
  readonly provider: Provider
  /** How many spans the turn has. */
  readonly spans: number
  readonly nodeArgs?: readonly string[]
}

/** Runs the agent to its end, and waits until all of its turn is in MLflow. */
export async function runTracedAgent(run: AgentRun): Promise<TracedAgent> {
  const responseId = newResponseId()
  const experimentName = freshName('agent')
  await using app = await fixtureApp(run.fixture, run.programs)
  const settings = { trackingUri: mlflowUrl, experimentName, provider: run.provider.url, responseId }
  const ended = await runNode(app.program('agent.mjs'), {
    cwd: app.dir,
    ...(run.nodeArgs && { nodeArgs: run.nodeArgs }),
    env: { SETTINGS: JSON.stringify(settings) },
  })
  expect(ended).toMatchObject({ code: 0, stderr: '' })
  const printed: unknown = JSON.parse(ended.stdout)
  expect(printed).toMatchObject({ report: { sent: run.spans, queued: 0, rejected: 0, dropped: {} } })
  const spans = await reader.waitForSpans(responseId, run.spans)
  const info = await reader.waitForTrace(responseId)
  const ofType = (type: string): MlflowSpan[] =>
    spans
      .filter((span) => span.type === type)
      .toSorted((a, b) => Number(a.startTimeUnixNano - b.startTimeUnixNano))
  return { experimentName, responseId, printed, spans, info, ofType }
}
