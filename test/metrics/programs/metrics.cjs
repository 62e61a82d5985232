// The same as CommonJS.
const { metrics } = require('@opentelemetry/api')
const sdk = require('@opentelemetry/sdk-metrics')
const turnspan = require('turnspan')
const { work } = require('./work.cjs')

void work({ metrics, sdk, turnspan })
