// A support assistant: a LangGraph agent, traced automatically, with a tool on an MCP server, and one `trace` around everything.
import { MessagesAnnotation, START, StateGraph } from '@langchain/langgraph'
import { ToolNode, toolsCondition } from '@langchain/langgraph/prebuilt'
import { init, trace, updateCurrentTrace } from 'turnspan'
import { connect } from './mcp-tools.js'
import { chatModel } from './model.js'

init({ captureContent: true, serviceName: 'support', ...(hasTarget() ? {} : { target: 'console' }) })

const { tools, close } = await connect()
const model = chatModel().bindTools(tools)

const assistant = new StateGraph(MessagesAnnotation)
  .addNode('assistant', async ({ messages }) => ({ messages: [await model.invoke(messages)] }))
  .addNode('tools', new ToolNode(tools))
  .addEdge(START, 'assistant')
  .addConditionalEdges('assistant', toolsCondition)
  .addEdge('tools', 'assistant')
  .compile({ name: 'support-graph' })

const answer = trace(
  async function answer(question, customer) {
    updateCurrentTrace({ user: customer, sessionId: `support-${customer}` })
    const { messages } = await assistant.invoke({ messages: [{ role: 'user', content: question }] })
    return messages.at(-1).text
  },
  { name: 'support-assistant', spanType: 'AGENT' },
)

console.log(await answer('Where is my parcel, and may I send it back?', 'c-17'))
await close()

function hasTarget() {
  return Boolean(process.env.MLFLOW_TRACKING_URI ?? process.env.OTEL_EXPORTER_OTLP_ENDPOINT)
}
