// The application under test as CommonJS.
const settings = JSON.parse(process.env.PROBING)
const turnspan = settings.traced ? require('turnspan') : undefined
if (settings.traced === 'before') turnspan.init(settings.init)
const sdk = require(settings.library)
if (settings.traced === 'after') turnspan.init(settings.init)
void import('./run-probes.mjs').then(async ({ runProbes }) => {
  const { probes } = await import(settings.program ?? './probes.mjs')
  await runProbes({ sdk, turnspan, probes })
})
