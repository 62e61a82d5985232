import * as api from '@opentelemetry/api'
import OpenAI from 'openai'
import * as turnspan from 'turnspan'
import { work } from './openai-work.mjs'

await work({ api, OpenAI, turnspan })
