// deno run -A deno-end.mjs <way>: ends that Deno alone has. Makes a span named `work`, and some more.
import { init, withSpan } from 'turnspan'

const [way] = Deno.args
const span = (name) => withSpan(() => 1, { name })
const later = (action) => setTimeout(action, 5)
const fail = () => {
  throw new Error('thrown later')
}

const goOn = () => {
  console.log('goes on')
  span('later')
}

init()
if (!way.endsWith('open span')) span('work')
const ways = {
  'Deno.exit': () => Deno.exit(4),
  'Deno.exit with a handler': () => {
    globalThis.addEventListener('unload', () => span('unload'))
    Deno.exit(4)
  },
  reportError: () => later(() => reportError(new Error('reported'))),
  'prevented error': () => {
    globalThis.addEventListener('error', (event) => {
      event.preventDefault()
      console.log('prevented')
      setTimeout(goOn, 50)
    })
    later(fail)
  },
  'prevented rejection': () => {
    globalThis.addEventListener('unhandledrejection', (event) => {
      event.preventDefault()
      console.log('prevented')
      setTimeout(goOn, 50)
    })
    later(() => void Promise.reject(new Error('rejected later')))
  },
  'prevented error with an open span': () =>
    withSpan(
      async () => {
        globalThis.addEventListener('error', (event) => event.preventDefault())
        later(fail)
        await new Promise((resolve) => setTimeout(resolve, 50))
      },
      { name: 'open' },
    ),
  'signal with a listener': () => {
    let count = 0
    Deno.addSignalListener('SIGTERM', () => {
      count += 1
      console.log('handled', count)
      later(() => Deno.exit(5))
    })
    later(() => Deno.kill(Deno.pid, 'SIGTERM'))
    setInterval(() => {}, 1000)
  },
  'signal with a listener taken off': () => {
    const listener = () => console.log('not called')
    Deno.addSignalListener('SIGTERM', listener)
    Deno.removeSignalListener('SIGTERM', listener)
    later(() => Deno.kill(Deno.pid, 'SIGTERM'))
    setInterval(() => {}, 1000)
  },
}
ways[way]()
