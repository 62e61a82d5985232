const { OpenAI } = require('openai')
const turnspan = require('turnspan')
const testing = require('turnspan/testing')

void import('./scenario.mjs').then(async ({ capture }) => {
  process.stdout.write(JSON.stringify(await capture({ OpenAI, turnspan, testing })))
})
