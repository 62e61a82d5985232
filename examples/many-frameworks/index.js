// Four libraries and two processes in one turn: a LangGraph plans with LangChain's model and researches with the AI SDK, whose
// tool is on an MCP server, which asks Anthropic. `init()` alone traces all of it, in one tree, and each token counts once.
// It needs OPENAI_API_KEY and ANTHROPIC_API_KEY.
import { Annotation, END, START, StateGraph } from '@langchain/langgraph'
import { ChatOpenAI } from '@langchain/openai'
import { flushTraces, init, withAgent } from 'turnspan'
import { connect } from './archive.js'
import { research } from './research.js'

init({ captureContent: true, serviceName: 'newsroom' })

const archive = await connect()
const planner = new ChatOpenAI({ model: 'gpt-4o-mini', temperature: 0 })

const newsroom = new StateGraph(
  Annotation.Root({ question: Annotation(), plan: Annotation(), answer: Annotation() }),
)
  .addNode('planning', async ({ question }) => {
    const { text } = await planner.invoke(`Say in one line how to find out: ${question}`)
    return { plan: text }
  })
  .addNode('research', async ({ question, plan }) => ({ answer: await research(archive, question, plan) }))
  .addEdge(START, 'planning')
  .addEdge('planning', 'research')
  .addEdge('research', END)
  .compile({ name: 'newsroom' })

const question = 'When was the old bridge closed?'
const turn = { agent: 'editor', sessionId: 'desk-7', user: 'ada', input: question }
console.log(await withAgent(turn, async () => (await newsroom.invoke({ question })).answer))
// The client ends its server's process, and gives it a few seconds: by now that one has sent its part as well.
await flushTraces()
await archive.close()
