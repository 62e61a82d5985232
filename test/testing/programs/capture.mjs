import OpenAI from 'openai'
import * as turnspan from 'turnspan'
import * as testing from 'turnspan/testing'
import { capture } from './scenario.mjs'

process.stdout.write(JSON.stringify(await capture({ OpenAI, turnspan, testing })))
