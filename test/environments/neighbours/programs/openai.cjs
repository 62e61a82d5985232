const api = require('@opentelemetry/api')
const { OpenAI } = require('openai')
const turnspan = require('turnspan')

void import('./openai-work.mjs').then(({ work }) => work({ api, OpenAI, turnspan }))
