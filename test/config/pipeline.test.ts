import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { configOf, namesOf, resolved, SERVER } from './resolving.ts'

const exporter = () => ({ export: () => {}, shutdown: async () => {} })

describe('exporters', () => {
  test('stand beside the configured target', () => {
    const given = [exporter(), exporter()]
    const config = configOf({}, { exporters: given })
    expect(config.exporters).toEqual(given)
    expect(config.targets).toHaveLength(1)
  })

  test('and other objects of the user are neither frozen nor copied', () => {
    const one = exporter()
    const integration = { name: 'x' }
    const instrumentations = [integration]
    const config = configOf({}, { exporters: [one], instrumentations })
    expect(config.exporters[0]).toBe(one)
    expect(config.instrumentations).toEqual([integration])
    for (const theirs of [one, integration, instrumentations]) expect(Object.isFrozen(theirs)).toBe(false)
    expect(Object.isFrozen(config.instrumentations)).toBe(true)
  })

  test('that do not fit are named by their place', () => {
    const one = exporter()
    const { config, problems } = resolved(SERVER, { exporters: [null, one, { export: 1 }] })
    expect(config?.exporters).toEqual([one])
    expect(namesOf(problems)).toEqual(['exporters[0]', 'exporters[2]'])
  })

  test('must be an array', () => {
    expect(namesOf(resolved(SERVER, { exporters: exporter() }).problems)).toEqual(['exporters'])
  })
})

describe('the watchdog', () => {
  const DEFAULTS = { afterMs: 600_000, exportOpen: false, callSites: true }

  test.each([
    [undefined, { ...DEFAULTS, callSites: false }],
    [true, DEFAULTS],
    [{}, DEFAULTS],
    [{ afterMs: 5000 }, { ...DEFAULTS, afterMs: 5000 }],
    [
      { afterMs: undefined, exportOpen: true },
      { ...DEFAULTS, exportOpen: true },
    ],
    [false, undefined],
  ])('option %j gives %j', (watchdog, expected) => {
    expect(configOf({}, { watchdog }).watchdog).toEqual(expected)
  })

  test.each([
    ['true', DEFAULTS],
    ['60000', { ...DEFAULTS, afterMs: 60_000 }],
    ['Export', { ...DEFAULTS, exportOpen: true }],
    ['off', undefined],
  ])('TURNSPAN_WATCHDOG=%s gives %j', (TURNSPAN_WATCHDOG, expected) => {
    expect(configOf({ TURNSPAN_WATCHDOG }).watchdog).toEqual(expected)
  })

  test.each([{ afterMs: 0 }, { afterMs: 1.5 }, { exportOpen: 'yes' }, { after: 1 }, []])(
    'option %j is named and the default is used',
    (watchdog) => {
      const { config, problems } = resolved(SERVER, { watchdog: watchdog as never })
      expect(config?.watchdog).toEqual({ ...DEFAULTS, callSites: false })
      expect(namesOf(problems)).toEqual(['watchdog'])
    },
  )
})

describe('the spool', () => {
  const STATE = { XDG_STATE_HOME: '/state' }
  const MIB = 1024 * 1024

  test.each([
    [true, { dir: '/state/turnspan/spool', maxBytes: 512 * MIB }],
    [{}, { dir: '/state/turnspan/spool', maxBytes: 512 * MIB }],
    [
      { dir: '/tmp/x', maxBytes: 10 },
      { dir: '/tmp/x', maxBytes: 10 },
    ],
    [
      { dir: undefined, maxBytes: 10 },
      { dir: '/state/turnspan/spool', maxBytes: 10 },
    ],
    [false, undefined],
  ])('option %j gives %j', (spool, expected) => {
    expect(resolved({ ...SERVER, ...STATE }, { spool }).config?.spool).toEqual(expected)
  })

  test.each([
    ['true', '/state/turnspan/spool'],
    ['1', '/state/turnspan/spool'],
    ['/var/spool/agent', '/var/spool/agent'],
    ['false', undefined],
    ['', undefined],
  ])('TURNSPAN_SPOOL=%s means the folder %s', (TURNSPAN_SPOOL, dir) => {
    expect(resolved({ ...SERVER, ...STATE, TURNSPAN_SPOOL }).config?.spool?.dir).toBe(dir)
  })

  test('a relative folder is made absolute, so that a change of directory does not move it', () => {
    const { config } = resolved({ ...SERVER, TURNSPAN_SPOOL: 'spans' })
    expect(config?.spool?.dir).toBe(join(process.cwd(), 'spans'))
  })

  test('the option goes before the variable', () => {
    const env = { ...SERVER, ...STATE, TURNSPAN_SPOOL: '/elsewhere' }
    expect(resolved(env, { spool: false }).config?.spool).toBeUndefined()
    expect(resolved(env, { spool: true }).config?.spool?.dir).toBe('/state/turnspan/spool')
    expect(resolved(env, {}).config?.spool?.dir).toBe('/elsewhere')
  })

  test.each([[false], [undefined]])('%j says nothing', (spool) => {
    expect(resolved(SERVER, { spool }).problems).toEqual([])
  })

  test.each([
    ['yes'],
    [7],
    [null],
    [[]],
    [{ dir: 7 }],
    [{ maxBytes: -1 }],
    [{ size: 1 }],
    [{ size: undefined }],
  ])('%j does not fit', (spool) => {
    const { problems } = resolved(SERVER, { spool })
    expect(problems).toHaveLength(1)
    expect(problems[0]?.message).toMatch(/accepts true, false or an object/)
  })
})

describe('names that do not exist', () => {
  test.each([
    ['endpont', 'endpoint'],
    ['tracking_uri', 'trackingUri'],
    ['TRACKINGURI', 'trackingUri'],
    ['capturecontents', 'captureContent'],
    ['experiment', undefined],
    ['zzzzzzzz', undefined],
    ['toString', undefined],
  ])('the option %s is named, and %s suggested', (name, meant) => {
    const { problems } = resolved(SERVER, { [name]: 1 })
    expect(namesOf(problems)).toEqual([name])
    expect(problems[0]?.message).toContain(meant ? `Did you mean ${meant}?` : 'it is ignored.')
  })

  test('a variable with our prefix is named, one of others is not', () => {
    const env = { TURNSPAN_CAPTURE_CONTENTS: 'true', TURNSPAN_EMPTY: '', MLFLOW_SOMETHING: '1' }
    const { problems } = resolved({ ...SERVER, ...env })
    expect(namesOf(problems)).toEqual(['TURNSPAN_CAPTURE_CONTENTS'])
    expect(problems[0]?.message).toContain('Did you mean TURNSPAN_CAPTURE_CONTENT?')
  })

  test('variables of ours that exist say nothing', () => {
    const env = { TURNSPAN_CAPTURE_CONTENT: '1', TURNSPAN_EXIT_TIMEOUT_MS: '1', TURNSPAN_TYPO: ' ' }
    expect(resolved({ ...SERVER, ...env }).problems).toEqual([])
  })
})
