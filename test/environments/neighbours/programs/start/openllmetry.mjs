import { register } from 'node:module'
import * as traceloop from '@traceloop/node-server-sdk'

// What ES modules need, whose loads an instrumentation does not see by itself.
register('@opentelemetry/instrumentation/hook.mjs', import.meta.url)
traceloop.initialize({
  appName: 'app',
  apiKey: 'key',
  baseUrl: process.env.THEIRS,
  disableBatch: true,
  silenceInitializationMessage: true,
})
