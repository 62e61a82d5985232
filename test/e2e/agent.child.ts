// A program that only the environment configures: it runs one turn, and writes what happened as JSON.
import {
  type Diagnostic,
  flushTraces,
  init,
  onDiagnostic,
  type Report,
  type Status,
  withAgent,
  withRemoteContext,
  withSpan,
  withTool,
} from '../../src/index.ts'

/** What the program writes to stdout. */
export interface AgentOutcome {
  readonly status: Status
  readonly traceId: string
  readonly report: Report
  readonly said: readonly Diagnostic[]
}

const said: Diagnostic[] = []
onDiagnostic((diagnostic) => said.push(diagnostic))
const status = init()
if (process.env.FIRST !== undefined) {
  withSpan(() => 'healthy', { name: process.env.FIRST })
  await flushTraces({ timeoutMs: 20_000 })
}
const carrier = JSON.parse(process.env.CARRIER ?? '{}') as Record<string, string>
const agent = process.env.AGENT ?? 'travel'
const traceId = await withRemoteContext(carrier, () =>
  withAgent({ agent, input: 'the question' }, async (span) => {
    await withTool({ tool: 'get_weather', arguments: { city: 'SF' } }, async () => 'sunny')
    span.setOutputs('the answer')
    return span.traceId
  }),
)
const report = await flushTraces({ timeoutMs: 20_000 })
process.stdout.write(JSON.stringify({ status, traceId, report, said } satisfies AgentOutcome))
