import { OpenAIInstrumentation } from '@traceloop/instrumentation-openai'
import { askOpenAI } from './openai.mjs'

export const run = (given) => askOpenAI(new OpenAIInstrumentation(), given)
