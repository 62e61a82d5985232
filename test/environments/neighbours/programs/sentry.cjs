const api = require('@opentelemetry/api')
const Sentry = require('@sentry/node')
const turnspan = require('turnspan')

void import('./sentry-work.mjs').then(({ work }) => work({ api, Sentry, turnspan }))
