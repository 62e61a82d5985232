import { once } from 'node:events'
import { get } from 'node:http'
import { describe } from './describe.mjs'

/**
 * Runs each probe of a client library and prints, as one line of JSON, what each observed. Under turnspan each stands
 * in a span `probe:<name>`, so that the spans of each are known.
 *
 * @param loaded - `sdk`: the exports of the library; `turnspan`: those of turnspan where it is on
 */
export async function runProbes({ sdk, turnspan, probes }) {
  const settings = JSON.parse(process.env.PROBING ?? '{}')
  const stray = []
  let current = []
  process.on('unhandledRejection', (reason) => {
    current.push(['unhandledRejection', describe(reason)])
    stray.push(reason)
  })
  process.on('warning', (warning) => current.push(['warning', warning.name]))
  const results = {}
  for (const probe of probes) {
    if (settings.only && !settings.only.includes(probe.name)) continue
    const notes = []
    current = notes
    const note = (...what) => notes.push(what.map((one) => describe(one)))
    const run = `${settings.run}.${probe.name}`
    const address = (script = probe.script ?? 'hello') => `${settings.provider}/${script}/${run}`
    const arrived = () => waitForArrival(`${settings.provider}/arrived/${run}`)
    const tools = { sdk, note, address, arrived, describe, settle, gc: globalThis.gc, turnspan }
    const work = () => probe.run(tools)
    if (probe.needs && !probe.needs(tools)) {
      results[probe.name] = { absent: true }
      continue
    }
    const outcome = await observe(
      turnspan ? () => turnspan.withSpan(work, { name: `probe:${probe.name}`, captureOutputs: false }) : work,
    )
    // Rejections that nobody handles are told at the end of a turn of the loop.
    await settle()
    results[probe.name] = { ...outcome, notes }
  }
  if (turnspan) await turnspan.flushTraces({ timeoutMs: 20_000 })
  process.stdout.write(`${JSON.stringify({ results })}\n`)
}

/** Resolves once the provider got a request of the probe. */
async function waitForArrival(url) {
  const [response] = await once(get(url, { agent: false }), 'response')
  response.resume()
}

async function observe(work) {
  try {
    return { value: describe(await work()) }
  } catch (error) {
    return { error: describe(error) }
  }
}

/** A few turns of the event loop. */
export async function settle(turns = 3) {
  for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}
