// The same package, loaded with `require`.
const { flushTraces, init, trace, withAgent } = require('turnspan')

init({ captureContent: true, serviceName: 'commonjs' })

/** A wrapped function keeps its name and its type; its arguments are recorded by their names. */
const lookUp = trace(async function lookUp(city, unit = 'celsius') {
  return { city, [unit]: 24 }
})

async function main() {
  const found = await withAgent({ agent: 'weather', input: 'Lisbon?' }, () => lookUp('Lisbon'))
  console.log(found)
  console.log(await flushTraces({ timeoutMs: 5000 }))
}

void main()
