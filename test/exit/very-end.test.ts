import { afterAll, beforeAll, expect, test } from 'vitest'
import type { BuiltApp } from '../support/built.ts'
import { type OtlpHttpCollector, startOtlpHttp } from '../support/collector.ts'
import { freePort } from '../support/server-process.ts'
import { endsUntraced, exitApp, runToEnd } from './program.ts'

let app: BuiltApp
let receiver: OtlpHttpCollector
beforeAll(async () => {
  app = await exitApp()
  receiver = await startOtlpHttp()
}, 600_000)
afterAll(async () => {
  await app?.remove()
  await receiver?.stop()
})

const envOf = (url: string, more: Record<string, string> = {}): Record<string, string> => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: url,
  OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
  ...more,
})

test.each([
  ['exit before init', ['late']],
  ['process.exit', ['early', 'late', 'later']],
  ['natural', ['early', 'late']],
  ['nothing before', ['late']],
  ['second signal', ['first', 'second']],
] as const)('delivers what is ended in handlers of the end: %s', async (where, names) => {
  const before = receiver.spans().length
  const ended = await runToEnd(app, 'very-end.mjs', { args: [where], env: envOf(receiver.url) })
  expect(ended).toMatchObject({ code: 0, signal: null, stderr: '' })
  const found = receiver.spans().slice(before)
  expect(found.map(({ name }) => name)).toEqual(names)
})

test.each([
  ['throw later', 'throws again', 7],
  ['exit 3', 'throws at exit', 3],
] as const)('delivers where a handler throws: %s, %s', async (way, handlers, code) => {
  const before = receiver.spans().length
  const run = { args: [way, handlers], env: envOf(receiver.url) }
  const ended = await runToEnd(app, 'end.mjs', run)
  const plain = await endsUntraced(app, 'end.mjs', run)
  expect(ended).toMatchObject({ code, signal: null, stdout: plain.stdout })
  const withoutFrames = (text: string): string[] => text.split('\n').filter((line) => !/^ {4}at /.test(line))
  expect(withoutFrames(ended.stderr)).toEqual(withoutFrames(plain.stderr))
  const found = receiver.spans().slice(before)
  expect(found.map(({ name }) => name)).toEqual(['work'])
})

test('a handler of beforeExit that traces does not keep the process alive for ever', async () => {
  const before = receiver.spans().length
  const ended = await runToEnd(app, 'very-end.mjs', { args: ['beforeExit'], env: envOf(receiver.url) })
  expect(ended).toMatchObject({ code: 0, timedOut: false, stderr: '' })
  const names = receiver
    .spans()
    .slice(before)
    .map(({ name }) => name)
  expect(names[0]).toBe('early')
  expect(names.slice(1).every((name) => name === 'before exit')).toBe(true)
  expect(names.length).toBeGreaterThan(1)
})

test('nor does it where the receiver is dead, beyond the time that was given', async () => {
  const env = envOf(`http://127.0.0.1:${await freePort()}`, {
    TURNSPAN_EXIT_TIMEOUT_MS: '400',
    TURNSPAN_SPOOL: 'false',
  })
  const ended = await runToEnd(app, 'very-end.mjs', { args: ['beforeExit'], env })
  expect(ended).toMatchObject({ code: 0, timedOut: false })
  expect(ended.stderr).toContain('TS_EXIT_LOST')
  expect(ended.stderr).not.toContain('TS_EXIT_WAITING')
})

test('what handlers of the end have ended is said where it is lost', async () => {
  const env = envOf(`http://127.0.0.1:${await freePort()}`, {
    TURNSPAN_EXIT_TIMEOUT_MS: '200',
    TURNSPAN_SPOOL: 'false',
  })
  const ended = await runToEnd(app, 'very-end.mjs', { args: ['process.exit'], env })
  expect(ended.stderr.match(/1 span was not delivered.*TS_EXIT_LOST/g)).toHaveLength(2)
})

test('a process that traces nothing has its handlers called as often as without tracing', async () => {
  const env = envOf(receiver.url)
  const ended = await runToEnd(app, 'very-end.mjs', { args: ['idle with a handler'], env })
  expect(ended).toMatchObject({ code: 0, stdout: 'beforeExit\n', stderr: '' })
})
