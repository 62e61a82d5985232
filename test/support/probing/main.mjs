// The application under test as an ES module. `PROBING` says which library, and whether turnspan is on.
import { runProbes } from './run-probes.mjs'

const settings = JSON.parse(process.env.PROBING)
let turnspan
if (settings.traced) {
  turnspan = await import('turnspan')
  if (settings.traced === 'before') turnspan.init(settings.init)
}
const sdk = await import(settings.library)
if (settings.traced === 'after') turnspan.init(settings.init)
const { probes } = await import(settings.program ?? './probes.mjs')
await runProbes({ sdk, turnspan, probes })
