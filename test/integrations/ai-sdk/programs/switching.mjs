// Switches the integration on and off, and says after each step what was traced and what is changed.
import { createOpenAI } from '@ai-sdk/openai'
import * as ai from 'ai'
import * as turnspan from 'turnspan'
import { instrumentAiSdk } from 'turnspan/ai'
import { instrument } from 'turnspan/instrument'

const { endpoint, baseURL } = JSON.parse(process.env.SETTINGS)
const { prototype } = ai.Experimental_Agent
const before = Object.getOwnPropertyDescriptors(prototype)
const settings = {
  model: createOpenAI({ apiKey: 'sk-test', baseURL }).chat('gpt-4o'),
  prompt: 'Hi!',
  experimental_telemetry: { isEnabled: true },
}
const steps = {}
const step = async (name) => {
  const count = () => turnspan.stats().sent + turnspan.stats().queued
  const at = count()
  await ai.generateText(settings)
  const now = Object.getOwnPropertyDescriptors(prototype)
  steps[name] = {
    traced: count() - at,
    registered: globalThis.AI_SDK_TELEMETRY_INTEGRATIONS?.length ?? 'nothing',
    untouched: Object.keys(before).every((key) => before[key].value === now[key].value),
  }
}
// A copy that is loaded by `import` is there a moment later.
const init = async (instrumentations) => {
  turnspan.init({
    endpoint,
    protocol: 'http/protobuf',
    ...(instrumentations !== undefined && { instrumentations }),
  })
  await new Promise((resolve) => setTimeout(resolve, 50))
}

await step('before')
await init(false)
await step('false')
await init()
await step('auto')
await init(['ai'])
await step('list')
await init([() => instrumentAiSdk(undefined, { idleMs: 1000 })])
await step('function')
await init(false)
await step('off')
const undo = instrumentAiSdk(ai)
const undoSecond = instrument({ ai })
await step('by hand, twice')
undo()
undo()
await step('undone once')
undoSecond()
await step('undone')
globalThis.AI_SDK_TELEMETRY_INTEGRATIONS = [{}]
await init()
await step('beside another')
await turnspan.shutdown()
await step('shutdown')
process.stdout.write(JSON.stringify(steps))
