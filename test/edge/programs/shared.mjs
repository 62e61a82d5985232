// A module that server and front end share: every entry of turnspan, and a function of the program's own.
import { flushTraces, init, trace, withAgent } from 'turnspan'
import * as ai from 'turnspan/ai'
import * as anthropic from 'turnspan/anthropic'
import * as googleGenai from 'turnspan/google-genai'
import * as instrument from 'turnspan/instrument'
import * as langchain from 'turnspan/langchain'
import * as mcp from 'turnspan/mcp'
import * as mlflow from 'turnspan/mlflow'
import * as openai from 'turnspan/openai'
import * as otel from 'turnspan/otel'
import * as testing from 'turnspan/testing'
import 'turnspan/register'

export const answer = trace(async (question) => withAgent({ agent: 'shared' }, () => `${question}!`))

export async function report() {
  const { enabled, reason } = init({ captureContent: true })
  const entries = { ai, anthropic, googleGenai, instrument, langchain, mcp, mlflow, openai, otel, testing }
  const names = Object.values(entries).map((entry) => Object.keys(entry).length)
  return { enabled, reason, answer: await answer('yes'), flushed: await flushTraces(), names }
}
