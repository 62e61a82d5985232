// node handlers.mjs <whose handlers> <before or after turnspan>: makes a span, says "ready", and stays.
const [whose, when] = process.argv.slice(2)
const say = (text) => void process.stdout.write(`${text}\n`)

const install = {
  'signal-exit': async () =>
    (await import('signal-exit')).onExit((code, signal) => say(`hook ${code} ${signal}`)),
  execa: async () => {
    const { execa } = await import('execa')
    execa('sleep', ['30']).catch(() => {})
  },
  ora: async () => (await import('ora')).default({ text: 'x', isEnabled: true, interval: 60_000 }).start(),
  ink: async () => {
    const { render, Text } = await import('ink')
    const React = (await import('react')).default
    render(React.createElement(Text, null, 'hi'))
  },
  'proper-lockfile': async () => {
    const { default: lockfile } = await import('proper-lockfile')
    await lockfile.lock('package.json', { realpath: false, lockfilePath: `lock-${process.pid}` })
  },
  'write-file-atomic': async () => (await import('write-file-atomic')).default(`out-${process.pid}`, 'x'),
  'exit-hook': async () => (await import('exit-hook')).default((signal) => say(`hook ${signal}`)),
  'close-with-grace': async () =>
    (await import('close-with-grace')).default({ delay: 5000 }, async ({ signal }) => say(`hook ${signal}`)),
  'async-exit-hook': async () => (await import('async-exit-hook')).default(() => say('hook')),
  nest: async () => {
    await import('reflect-metadata')
    const { NestFactory } = await import('@nestjs/core')
    const app = await NestFactory.createApplicationContext(class Module {}, { logger: false })
    app.enableShutdownHooks()
  },
  'one call, then the signal again': () => {
    process.once('SIGTERM', () => {
      say('cleaning up')
      process.kill(process.pid, 'SIGTERM')
    })
  },
  'one call, later the signal again': () => {
    process.once('SIGTERM', () => {
      say('cleaning up')
      setTimeout(() => process.kill(process.pid, 'SIGTERM'), 50)
    })
  },
  'one call at the front, and it goes on': () => {
    process.prependOnceListener('SIGTERM', () => {
      say('going on')
      setTimeout(() => process.exit(4), 200)
    })
  },
  'a listener where there is none': () => {
    if (process.listenerCount('SIGTERM') === 0) process.on('SIGTERM', () => process.exit(6))
  },
  'all listeners are taken off': () => {
    process.on('SIGTERM', () => say('never called'))
    process.removeAllListeners('SIGTERM')
  },
  'a listener that is taken off': () => {
    const listener = () => say('never called')
    process.on('SIGTERM', listener)
    process.off('SIGTERM', listener)
  },
  'as many listeners as Node likes': () => {
    process.on('warning', ({ name }) => say(name))
    for (let i = 0; i < 10; i += 1) process.on('SIGTERM', () => process.exit(i + 1))
  },
  SIGKILL: () => {
    process.once('SIGTERM', () => process.kill(process.pid, 'SIGKILL'))
  },
}

const { init, withSpan } = await import('turnspan')
if (when === 'before') await install[whose]()
init()
withSpan(() => 1, { name: when })
if (when === 'after') await install[whose]()
setInterval(() => {}, 1000)
// What everybody sees who looks.
const signals = process.eventNames().filter((name) => /^SIG/.test(String(name)))
say(signals.map((name) => `${name}: ${process.listenerCount(name)} ${process.listeners(name).length}`).sort())
setTimeout(() => say('ready'), 20)
