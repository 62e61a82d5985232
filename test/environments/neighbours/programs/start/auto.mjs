import { register } from 'node:module'

// What ES modules need, whose loads an instrumentation does not see by itself.
register('@opentelemetry/instrumentation/hook.mjs', import.meta.url)
await import('@opentelemetry/auto-instrumentations-node/register')
