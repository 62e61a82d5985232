// node prototype.mjs <import or require>: everything, while Object.prototype has members of somebody's own.
import { createRequire } from 'node:module'

Object.prototype.last = function last() {
  return this.at(-1)
}
Object.prototype.label = 'text'

const how = process.argv[2]
const load = how === 'require' ? createRequire(import.meta.url) : (name) => import(name)
const { flushTraces, init, onDiagnostic, updateCurrentTrace, withAgent, withTool } = await load('turnspan')
for (const entry of ['otel', 'mlflow', 'openai', 'anthropic', 'ai', 'mcp', 'langchain'])
  await load(`turnspan/${entry}`)

const said = []
onDiagnostic(({ code, message }) => said.push(`${code} ${message}`))
init({
  trackingUri: process.env.SERVER,
  experimentName: 'desk',
  instrumentations: false,
  captureContent: true,
})
const call = withAgent({ agent: 'desk', sessionId: 's' }, () => {
  updateCurrentTrace({ tags: { a: 'b' }, metadata: { c: 'd' } })
  return withTool({ tool: 'search' }, () => ({ found: [1, 2] }))
})
const report = await flushTraces()
process.stdout.write(JSON.stringify({ call, report, said, keys: Object.keys(init({})) }))
process.exit()
