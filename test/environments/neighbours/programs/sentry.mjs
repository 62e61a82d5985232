import * as api from '@opentelemetry/api'
import * as Sentry from '@sentry/node'
import * as turnspan from 'turnspan'
import { work } from './sentry-work.mjs'

await work({ api, Sentry, turnspan })
