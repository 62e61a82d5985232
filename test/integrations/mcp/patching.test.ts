import { beforeAll, describe, expect, test } from 'vitest'
import { onDiagnostic } from '../../../src/index.ts'
import { instrumentMcp } from '../../../src/integrations/mcp/index.ts'
import { captureTraces } from '../../../src/testing/index.ts'
import { openScene } from './scene.ts'
import { type Anything, loadSdk, type Sdk, sdkCopies } from './sdk.ts'

/** Every property of every class that the SDK exports, with its flags, in order. */
function propertiesOf(sdk: Sdk): [object, PropertyKey, PropertyDescriptor][] {
  const prototypes = new Set<object>()
  for (const exported of Object.values(sdk.all)) {
    let at = typeof exported === 'function' ? (exported as Anything).prototype : undefined
    for (; at && at !== Object.prototype; at = Object.getPrototypeOf(at)) prototypes.add(at)
  }
  return [...prototypes].flatMap((prototype) =>
    Reflect.ownKeys(prototype).map((key): [object, PropertyKey, PropertyDescriptor] => [
      prototype,
      key,
      Object.getOwnPropertyDescriptor(prototype, key) as PropertyDescriptor,
    ]),
  )
}

const FLAGS = ['value', 'get', 'set', 'writable', 'enumerable', 'configurable'] as const

/** Names of the properties that are not the very same. */
function changed(before: ReturnType<typeof propertiesOf>, after: ReturnType<typeof propertiesOf>): string[] {
  expect(after).toHaveLength(before.length)
  return before.flatMap(([owner, key, was], index) => {
    const [owns, name, is] = after[index] ?? []
    const isSame = owns === owner && name === key && FLAGS.every((flag) => was[flag] === is?.[flag])
    return isSame ? [] : [String(key)]
  })
}

describe.each(sdkCopies)('%s, %s', (set, format) => {
  let sdk: Sdk
  beforeAll(async () => {
    sdk = await loadSdk(set, format)
  }, 180_000)

  const namesOfCall = async (scene: Anything): Promise<string[]> => {
    using traces = captureTraces()
    await scene.client.callTool({ name: 'echo', arguments: { text: 'hi' } })
    await traces.settled()
    return traces.spans.map(({ name }) => name)
  }

  test('taking it back leaves every class as it was', async () => {
    const before = propertiesOf(sdk)
    const undo = sdk.modules.map((module) => instrumentMcp(module))
    expect(changed(before, propertiesOf(sdk))).toContain('_onrequest')
    for (const each of undo) each()
    expect(changed(before, propertiesOf(sdk))).toEqual([])
  })

  test('clients and servers that exist already are traced, until it is taken back', async () => {
    const scene = await openScene(sdk)
    expect(await namesOfCall(scene)).toEqual([])
    const undo = sdk.modules.map((module) => instrumentMcp(module))
    expect(await namesOfCall(scene)).toEqual(['echo', 'tools/call echo'])
    for (const each of undo) each()
    expect(await namesOfCall(scene)).toEqual([])
    await scene.close()
  })

  test('instrumented twice, a call is traced once', async () => {
    const undo = [...sdk.modules, ...sdk.modules].map((module) => instrumentMcp(module))
    const scene = await openScene(sdk)
    expect(await namesOfCall(scene)).toEqual(['echo', 'tools/call echo'])
    await scene.close()
    for (const each of undo.reverse()) each()
  })

  test.each([
    ['classes', ({ Client, Server }: Anything) => ({ Client, Server })],
    ['the high-level server', ({ Client, McpServer }: Anything) => ({ Client, McpServer })],
    ['exports under default', ({ Client, Server }: Anything) => ({ default: { Client, Server } })],
  ])('%s can be handed over', async (_, pick) => {
    const undo = instrumentMcp(pick(sdk.all))
    const scene = await openScene(sdk)
    expect(await namesOfCall(scene)).toEqual(['echo', 'tools/call echo'])
    await scene.close()
    undo()
  })

  test('instances can be handed over', async () => {
    const scene = await openScene(sdk)
    const undo = [instrumentMcp(scene.client), instrumentMcp(scene.server)]
    expect(await namesOfCall(scene)).toEqual(['echo', 'tools/call echo'])
    for (const each of undo.reverse()) each()
    await scene.close()
  })

  test('what is none of it is left alone, and said so', () => {
    const said: string[] = []
    const stop = onDiagnostic(({ code }) => said.push(code))
    const other = Object.freeze({ Client: class {}, connect: () => undefined })
    instrumentMcp(other)()
    stop()
    expect(said).toEqual(['TS_INSTRUMENT_UNKNOWN'])
  })
})
