import { flushTraces, init, trace, withSpan } from 'turnspan'

const { endpoint, provider } = JSON.parse(process.env.SETTINGS)
init({
  endpoint,
  protocol: 'http/protobuf',
  captureContent: true,
  serviceName: 'streams',
  instrumentations: false,
})

/** Base URL of the provider that answers by `script`. */
export const at = (script) => `${provider}/${script}/streams`

/**
 * Runs each program: `make` is the function that is traced, `use` what is done with its result. Prints what each saw; the
 * span `used` ends when that is over.
 */
export async function run(programs) {
  for (const [name, [make, use]] of Object.entries(programs)) {
    const traced = trace(make, { name, captureInputs: false })
    let saw
    try {
      saw = await use(await hold(traced()))
    } catch (error) {
      saw = `${error.name}: ${error.message}`
    }
    await new Promise((resolve) => setTimeout(resolve, 5))
    withSpan(() => saw, { name: `used ${name}` })
  }
  await flushTraces()
  process.exit(0)
}

/** A promise is awaited; anything else that has a `then` is handed on as it is. */
const hold = async (value) =>
  value instanceof Promise && value.constructor === Promise ? { value: await value } : { value }

export const read = async (items) => {
  const all = []
  for await (const item of items) all.push(item)
  return all
}
