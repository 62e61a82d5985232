import {
  flushTraces,
  init,
  newResponseId,
  onDiagnostic,
  type Status,
  shutdown,
  toMlflowTraceId,
  traceIdFromResponseId,
} from 'turnspan'
import { startConversation } from './agent.ts'
import { createChat } from './model.ts'
import { startModelServer } from './model-server.ts'
import { QUESTIONS } from './script.ts'
import { createTerminalExporter, paint } from './terminal.ts'
import { createTools } from './tools.ts'

// The model is a script on this machine. It carries the name of a real one, so that MLflow finds a price for it.
const MODEL = 'gpt-4o-mini'
const FLUSH_MS = 5000

const say = (text = ''): void => void process.stdout.write(`${text}\n`)

/** Holds the conversation; gives the trace IDs of its turns. */
async function converse(modelUrl: string): Promise<string[]> {
  const session = { sessionId: `demo-${Date.now()}`, user: 'ada' }
  const conversation = startConversation(createChat(modelUrl, MODEL), createTools(), session)
  const traceIds: string[] = []
  for (const question of QUESTIONS) {
    const responseId = newResponseId()
    say(`${paint('bold', 'Ada')}    ${question}`)
    process.stdout.write(`${paint('bold', 'Agent')}  `)
    await conversation.ask(question, responseId, (text) => process.stdout.write(text))
    say('\n')
    traceIds.push(traceIdFromResponseId(responseId))
  }
  return traceIds
}

/** Says where the traces can be looked at, and what is next. */
function sayWhere(status: Status, experimentId: string | undefined, traceIds: readonly string[]): void {
  const trackingUri = process.env.MLFLOW_TRACKING_URI?.replace(/\/+$/, '')
  if (status.target === undefined) {
    say('Next: send them to MLflow, and open the links that this demo then prints.')
    say('  pip install mlflow && mlflow server --port 5000')
    say('  MLFLOW_TRACKING_URI=http://localhost:5000 npm run demo')
  } else if (trackingUri?.startsWith('http') && experimentId !== undefined) {
    say('The same in MLflow, with messages, cost and the session:')
    const page = `${trackingUri}/#/experiments/${experimentId}/traces`
    for (const id of traceIds) say(`  ${page}?selectedEvaluationId=${toMlflowTraceId(id)}`)
  } else {
    say(`The same was sent to ${status.target}: search for the trace IDs above.`)
  }
  say('Then trace your own agent: README.md shows how, examples/ has one for each kind of application.')
}

async function main(): Promise<void> {
  const terminal = createTerminalExporter()
  const status = init({
    serviceName: 'turnspan-demo',
    captureContent: true,
    contentKeys: 'mlflow',
    exporters: [terminal],
  })
  let experimentId = status.experiment?.id
  onDiagnostic(({ code, data }) => {
    // The experiment is found or made by its name, in the background.
    if (code === 'TS_EXPERIMENT') experimentId = String(data.experimentId)
  })
  const modelServer = await startModelServer()
  say('A travel assistant with three tools. The model is a scripted server on this machine; the HTTP calls,')
  say('the streaming, the tools and the failure are real.\n')
  const traceIds = await converse(modelServer.url)
  const report = await flushTraces({ timeoutMs: FLUSH_MS })

  say('Each turn is one trace. Its ID is the hex of the response ID, resp_<hex>.\n')
  for (const id of traceIds) say(`${paint('dim', `trace ${id}`)}\n${terminal.draw(id)}\n`)
  say(
    'A turn (AGENT) holds its model calls and tool calls, with their times, tokens, inputs and outputs. The',
  )
  say('turn counts the tokens of all its calls. The two tools of the first turn ran side by side; the flight')
  say('search of the second failed (✗) and was tried again.\n')
  if (report.sent > 0) sayWhere(status, experimentId, traceIds)
  else {
    say(`Nothing was delivered to ${status.target}: see the messages above.`)
    process.exitCode = 1
  }
  await modelServer.stop()
  await shutdown({ timeoutMs: 0 })
}

await main()
