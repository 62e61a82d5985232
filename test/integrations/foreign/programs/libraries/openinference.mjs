import { OpenAIInstrumentation } from '@arizeai/openinference-instrumentation-openai'
import { askOpenAI } from './openai.mjs'

export const run = (given) => askOpenAI(new OpenAIInstrumentation(), given)
