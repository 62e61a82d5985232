import { describe, expect, test } from 'vitest'
import type { Config, TargetConfig } from '../../src/config/config.ts'
import { configOf, type Env, namesOf, resolved, SERVER } from './resolving.ts'

const target = (config: Config): TargetConfig => {
  const [first] = config.targets
  if (!first) throw new Error('no target')
  return first
}

interface Row {
  /** What is read. */
  readonly read: (config: Config) => unknown
  /** Sources in order, each with what it holds, what comes of it, and something that does not fit. */
  readonly sources: readonly (readonly [name: string, given: unknown, expected: unknown, bad?: unknown])[]
  readonly fallback: unknown
}

const rows: Readonly<Record<string, Row>> = {
  timeoutMs: {
    read: (c) => target(c).timeoutMs,
    sources: [
      ['timeoutMs', 1, 1, 0],
      ['OTEL_EXPORTER_OTLP_TRACES_TIMEOUT', '2', 2, 'soon'],
      ['OTEL_EXPORTER_OTLP_TIMEOUT', '3', 3, '-1'],
      ['OTEL_BSP_EXPORT_TIMEOUT', '4', 4, '1.5'],
    ],
    fallback: 10_000,
  },
  compression: {
    read: (c) => target(c).compression,
    sources: [
      ['compression', 'gzip', 'gzip', 'zip'],
      ['OTEL_EXPORTER_OTLP_TRACES_COMPRESSION', 'gzip', 'gzip', 'br'],
      ['OTEL_EXPORTER_OTLP_COMPRESSION', 'GZIP', 'gzip', 'deflate'],
    ],
    fallback: 'none',
  },
  'mlflow.requestTimeoutMs': {
    read: (c) => target(c).mlflow.requestTimeoutMs,
    sources: [['MLFLOW_HTTP_REQUEST_TIMEOUT', '1.5', 1500, '0']],
    fallback: 30_000,
  },
  'mlflow.maxRetries': {
    read: (c) => target(c).mlflow.maxRetries,
    sources: [['MLFLOW_HTTP_REQUEST_MAX_RETRIES', '0', 0, '11']],
    fallback: 7,
  },
  'mlflow.runId': {
    read: (c) => target(c).mlflow.runId,
    sources: [
      ['runId', 'mine', 'mine', 'a b'],
      ['MLFLOW_RUN_ID', 'run', 'run', 'a b'],
    ],
    fallback: undefined,
  },
  captureContent: {
    read: (c) => c.captureContent,
    sources: [
      ['captureContent', true, true],
      ['TURNSPAN_CAPTURE_CONTENT', 'true', true],
      ['OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT', 'SPAN_ONLY', true],
      ['OMNIGENT_OTEL_CAPTURE_CONTENT', '1', true],
    ],
    fallback: false,
  },
  sampler: {
    read: (c) => c.sampler,
    sources: [
      ['sampleRatio', 0.25, { ratio: 0.25, parentBased: false }, 2],
      ['OTEL_TRACES_SAMPLER', 'always_off', { ratio: 0, parentBased: false }, 'sometimes'],
      ['MLFLOW_TRACE_SAMPLING_RATIO', '0.5', { ratio: 0.5, parentBased: false }, 'half'],
    ],
    fallback: { ratio: 1, parentBased: false },
  },
  provider: {
    read: (c) => c.provider,
    sources: [
      ['provider', 'private', 'private', 'own'],
      ['MLFLOW_USE_DEFAULT_TRACER_PROVIDER', 'true', 'private', 'own'],
    ],
    fallback: 'shared',
  },
  trustIncoming: {
    read: (c) => c.trustIncoming,
    sources: [
      ['trustIncoming', true, true],
      ['TURNSPAN_TRUST_INCOMING', 'true', true],
    ],
    fallback: false,
  },
  metrics: {
    read: (c) => c.metrics,
    sources: [
      ['metrics', true, true, 'maybe'],
      ['TURNSPAN_METRICS', 'yes', true, 'maybe'],
    ],
    fallback: false,
  },
  keep: { read: (c) => c.keep, sources: [['keep', 'agent', 'agent', 'some']], fallback: 'all' },
  maxQueueBytes: {
    read: (c) => c.maxQueueBytes,
    sources: [['maxQueueBytes', 8_000_000, 8_000_000, 0.5]],
    fallback: 64 * 1024 * 1024,
  },
  maxQueueSpans: {
    read: (c) => c.maxQueueSpans,
    sources: [['OTEL_BSP_MAX_QUEUE_SIZE', '2048', 2048, '0']],
    fallback: undefined,
  },
  'batch.maxSpans': {
    read: (c) => c.batch.maxSpans,
    sources: [['OTEL_BSP_MAX_EXPORT_BATCH_SIZE', '16', 16, 'many']],
    fallback: 512,
  },
  'batch.delayMs': {
    read: (c) => c.batch.delayMs,
    sources: [['OTEL_BSP_SCHEDULE_DELAY', '0', 0, '99999999999']],
    fallback: 1000,
  },
  exitTimeoutMs: {
    read: (c) => c.exitTimeoutMs,
    sources: [
      ['exitTimeoutMs', 0, 0, -1],
      ['TURNSPAN_EXIT_TIMEOUT_MS', '500', 500, 'never'],
    ],
    fallback: 2000,
  },
  contentKeys: {
    read: (c) => c.contentKeys,
    sources: [['contentKeys', 'both', 'both', 'neither']],
    fallback: undefined,
  },
  legacySemconv: {
    read: (c) => c.legacySemconv,
    sources: [
      ['legacySemconv', true, true, 'maybe'],
      ['TURNSPAN_LEGACY_SEMCONV', 'true', true, 'maybe'],
    ],
    fallback: false,
  },
  instrumentations: {
    read: (c) => c.instrumentations,
    sources: [['instrumentations', false, false, true]],
    fallback: 'auto',
  },
  console: { read: (c) => c.console, sources: [['target', 'console', true, 'stdout']], fallback: false },
  serviceName: {
    read: (c) => c.serviceName,
    sources: [
      ['serviceName', 'code', 'code', 7],
      ['OTEL_SERVICE_NAME', 'env', 'env', 'two\nlines'],
    ],
    fallback: undefined,
  },
  serviceVersion: {
    read: (c) => c.serviceVersion,
    sources: [['serviceVersion', '1.2', '1.2', 7]],
    fallback: undefined,
  },
  environment: {
    read: (c) => c.environment,
    sources: [
      ['environment', 'code', 'code', {}],
      ['APP_ENVIRONMENT', 'prod', 'prod', 'two\nlines'],
    ],
    fallback: undefined,
  },
}

/** Splits `sources` into the variables and the options that hold `pick(source)`. */
function givenBy(sources: Row['sources'], pick: (source: Row['sources'][number]) => unknown) {
  const all = sources.map((source) => [source[0], pick(source)] as const)
  const isVariable = ([name]: readonly [string, unknown]) => name === name.toUpperCase()
  return {
    env: Object.fromEntries(all.filter(isVariable)) as Env,
    options: Object.fromEntries(all.filter((entry) => !isVariable(entry))),
  }
}

describe.each(Object.entries(rows))('%s', (_, { read, sources, fallback }) => {
  test('has its default', () => {
    expect(read(configOf())).toEqual(fallback)
  })

  test.each(sources.map((source, index) => [source[0], source, index] as const))(
    '%s goes before what follows',
    (_name, source, index) => {
      const { env, options } = givenBy(sources.slice(index), (each) => each[1])
      const { config, problems } = resolved({ ...SERVER, ...env }, options)
      expect(config && read(config)).toEqual(source[2])
      expect(problems).toEqual([])
    },
  )

  test.each(sources.map(([name]) => name))('%s counts as unset when empty', (name) => {
    const { env, options } = givenBy(sources, (each) => (each[0] === name ? '' : undefined))
    const { config, problems } = resolved({ ...SERVER, ...env }, options)
    expect(config && read(config)).toEqual(fallback)
    expect(problems).toEqual([])
  })

  const fallible = sources.filter((source) => source.length === 4)

  test.each(fallible.map((source) => [source[0], source] as const))(
    '%s that does not fit is one problem',
    (name, source) => {
      const { env, options } = givenBy([source], (each) => each[3])
      const { config, problems } = resolved({ ...SERVER, ...env }, options)
      expect(config && read(config)).toEqual(fallback)
      expect(namesOf(problems)).toEqual([name])
      expect(problems[0]?.message).toMatch(/ accepts .*, but is .*; .*\.$/)
    },
  )
})

const chains = Object.entries(rows)
  .map(
    ([name, row]) =>
      [name, { ...row, sources: row.sources.filter((source) => source.length === 4) }] as const,
  )
  .filter(([, { sources }]) => sources.length > 1)

test.each(chains)('%s falls to the next source from one that does not fit', (_, { read, sources }) => {
  const [first, next] = sources
  if (!first || !next) throw new Error('two sources are needed')
  const { env, options } = givenBy([first, next], (each) => (each === first ? each[3] : each[1]))
  const { config, problems } = resolved({ ...SERVER, ...env }, options)
  expect(config && read(config)).toEqual(next[2])
  expect(problems[0]?.message).toContain(`${next[0]} is used instead`)
})

describe('experiments', () => {
  const env = { MLFLOW_EXPERIMENT_ID: '1', MLFLOW_EXPERIMENT_NAME: 'env' }

  test.each([
    ['none', {}, {}, {}],
    ['the ID before the name', env, {}, { experimentId: '1' }],
    ['the name', { MLFLOW_EXPERIMENT_NAME: 'env' }, {}, { experimentName: 'env' }],
    ['the ID in code', env, { experimentId: '2', experimentName: 'code' }, { experimentId: '2' }],
    ['a number in code', env, { experimentId: 2 }, { experimentId: '2' }],
    [
      'a name in code before an ID of the environment',
      env,
      { experimentName: 'code' },
      { experimentName: 'code' },
    ],
    ['the name after a bad ID', { ...env, MLFLOW_EXPERIMENT_ID: 'abc' }, {}, { experimentName: 'env' }],
  ])('%s', (_, given, options, expected) => {
    const { experimentId, experimentName } = target(configOf(given, options)).mlflow
    const experiment = { ...(experimentId && { experimentId }), ...(experimentName && { experimentName }) }
    expect(experiment).toEqual(expected)
  })

  test('an ID that is none is a problem', () => {
    const { problems } = resolved({ ...SERVER, MLFLOW_EXPERIMENT_ID: 'abc' })
    expect(problems[0]?.message).toMatch(/digits.*"abc"/)
  })
})

test('a batch is at most as large as the queue', () => {
  expect(configOf({ OTEL_BSP_MAX_QUEUE_SIZE: '10' }).batch.maxSpans).toBe(10)
})

test.each([
  ['always_on', '', { ratio: 1, parentBased: false }],
  ['always_off', '', { ratio: 0, parentBased: false }],
  ['traceidratio', '0.1', { ratio: 0.1, parentBased: false }],
  ['traceidratio', '', { ratio: 1, parentBased: false }],
  ['parentbased_always_on', '0.1', { ratio: 1, parentBased: true }],
  ['parentbased_always_off', '0.1', { ratio: 0, parentBased: true }],
  ['parentbased_traceidratio', '0.1', { ratio: 0.1, parentBased: true }],
  ['PARENTBASED_TRACEIDRATIO', '1e-1', { ratio: 0.1, parentBased: true }],
])('the sampler %s with argument "%s"', (sampler, arg, expected) => {
  const env = {
    OTEL_TRACES_SAMPLER: sampler,
    OTEL_TRACES_SAMPLER_ARG: arg,
    MLFLOW_TRACE_SAMPLING_RATIO: '0.7',
  }
  const { config, problems } = resolved({ ...SERVER, ...env })
  expect(config?.sampler).toEqual(expected)
  expect(problems).toEqual([])
})

test('a ratio sampler with a bad argument keeps all, with a problem', () => {
  const env = { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: 'some' }
  const { config, problems } = resolved({ ...SERVER, ...env })
  expect(config?.sampler).toEqual({ ratio: 1, parentBased: false })
  expect(namesOf(problems)).toEqual(['OTEL_TRACES_SAMPLER_ARG'])
})
