import { attachProviders, detachProviders } from '../bridge/provider-bridge.ts'
import { expectOptions } from '../config/arguments.ts'
import type { Config } from '../config/config.ts'
import { sameConfig } from '../config/describe.ts'
import { environment } from '../config/environment.ts'
import { checkKeys, type KnownKeys, knownKeys } from '../config/known-keys.ts'
import type { InitOptions } from '../config/options.ts'
import { resolveConfig } from '../config/resolve.ts'
import {
  createExportStatistics,
  type ExportStatistics,
  type Report,
} from '../export/statistics/export-statistics.ts'
import { diagnose, diagnoseOnce, resetDiagnosed } from '../runtime/diagnostics.ts'
import { messageOf } from '../runtime/errors.ts'
import { missingHere, saysMissing } from '../runtime/missing.ts'
import { readProperty } from '../runtime/read-property.ts'
import { processWide } from '../runtime/registry.ts'
import { configuredPipeline, currentStatistics, setCurrentPipeline, stats } from '../tracer/current.ts'
import type { Pipeline } from '../tracer/pipeline.ts'
import { checkApiCopy } from './api-copy.ts'
import { buildPipeline } from './build-pipeline.ts'
import { noteCaller } from './caller.ts'
import { endHooks } from './end-hooks.ts'
import { forgetExit, watchExit } from './exit.ts'
import { instrumentations } from './instrumentations.ts'
import { type Status, statusOff, statusOn } from './status.ts'
import { watchThreads } from './thread-watch.ts'
import { configureInstrumentations, rememberInstrumentations } from './wanted-instrumentations.ts'
import { leaveOpenSpans } from './watchdog.ts'

interface State {
  status: Status
  config: Config | undefined
  /** The last `init` was given options, so that one without any does not undo it. */
  byOptions: boolean
  /** Pipelines of former configurations, in which open spans still end. */
  readonly retired: Set<Pipeline>
}

const NEVER = 'init() has not been called'

const state = (): State =>
  processWide(
    'lifecycle',
    (): State => ({
      status: statusOff(NEVER),
      config: undefined,
      byOptions: false,
      retired: new Set(),
    }),
  )

const FLUSH_MS = 10_000

const WAIT: Readonly<Record<'timeoutMs', true>> = { timeoutMs: true }
const FLUSH: KnownKeys = knownKeys('flushTraces()', WAIT)
const SHUTDOWN: KnownKeys = knownKeys('shutdown()', WAIT)

/**
 * Starts tracing as the options specify, or else the environment. It reads both once, opens no connection, and never
 * throws: an invalid value is reported by a diagnostic, and a safe value is used instead. Called again with the same
 * options, it does nothing; with other options, it switches to them, and what is still queued under the previous
 * configuration is sent. A later call without options leaves a configuration made by options unchanged.
 *
 * @returns whether anything is traced, where it goes, or why nothing is traced
 * @example
 * const status = init({ trackingUri: 'http://localhost:5000', captureContent: true, serviceName: 'support' })
 */
export function init(options?: InitOptions): Status {
  try {
    noteCaller()
    return start(options)
  } catch (thrown) {
    diagnose(
      'error',
      'TS_INIT_FAILED',
      `Tracing could not be started: ${messageOf(thrown)}. Nothing is traced.`,
    )
    return statusOff(`tracing could not be started: ${messageOf(thrown)}`)
  }
}

function start(options: InitOptions | undefined): Status {
  const before = state()
  const missing = missingHere()
  if (missing !== undefined) return cannotRun(saysMissing(missing))
  if (options === undefined && before.byOptions && before.status.enabled) return before.status
  const { config, off, problems } = resolveConfig(options, environment())
  for (const { name, message } of problems) diagnose('warn', 'TS_CONFIG_INVALID', message, { name }, name)
  before.byOptions = options !== undefined
  rememberInstrumentations(readProperty(options, 'instrumentations') as InitOptions['instrumentations'])
  if (config === undefined) {
    retire()
    before.config = undefined
    before.status = statusOff(off?.reason ?? NEVER)
    return before.status
  }
  if (before.config !== undefined && before.status.enabled && sameConfig(before.config, config))
    return before.status
  const refusal = config.provider === 'shared' ? checkApiCopy() : undefined
  const statistics = before.status.enabled
    ? (currentStatistics() ?? createExportStatistics())
    : createExportStatistics()
  retire()
  resetDiagnosed()
  install(refusal === undefined ? config : { ...config, provider: 'private' }, statistics)
  before.config = config
  before.status = statusOn(
    config,
    refusal === undefined ? problems : [...problems, { message: refusal }],
    instrumentations(),
  )
  return before.status
}

function cannotRun(reason: string): Status {
  diagnoseOnce('warn', 'TS_RUNTIME', `init() has no effect: ${reason}.`)
  return statusOff(reason)
}

function install(config: Config, statistics: ExportStatistics): void {
  const pipeline = buildPipeline(config, statistics)
  setCurrentPipeline(pipeline, statistics)
  if (config.provider === 'shared') attachProviders()
  else detachProviders()
  watchExit(pipeline)
  if (config.platform !== 'cloudflare') watchThreads()
  configureInstrumentations(config.instrumentations)
}

/** Takes the current pipeline out of use. Spans that are open end in it; what it has is sent in the background. */
function retire(): void {
  const pipeline = configuredPipeline()
  if (pipeline === undefined) return
  setCurrentPipeline(undefined)
  const { retired } = state()
  retired.add(pipeline)
  void pipeline.exporter.flush(FLUSH_MS).then(() => dismissIdle())
}

/** Lets go of former pipelines that have nothing left to send and no open span. */
function dismissIdle(): void {
  const { retired } = state()
  for (const pipeline of retired) {
    if (pipeline.exporter.unsent() > 0 || pipeline.traces.openCount > 0) continue
    retired.delete(pipeline)
    void pipeline.exporter.shutdown(0).then(() => forgetExit(pipeline))
  }
}

/** All pipelines that may have something to send. */
function pipelines(): Pipeline[] {
  const current = configuredPipeline()
  return current === undefined ? [...state().retired] : [...state().retired, current]
}

/**
 * Sends all spans that have ended, and waits until they are delivered.
 *
 * @param options - `timeoutMs`: how long to wait, 10,000 ms by default; what is not sent by then stays queued
 * @returns the outcomes of all spans since `init`, as counts; spans of a failed export are never among the `sent`
 */
export async function flushTraces(options: { timeoutMs?: number | undefined } = {}): Promise<Report> {
  const timeoutMs = waitOf(FLUSH, options)
  const all = [...pipelines(), ...endHooks().guests()]
  await Promise.all(all.map(({ exporter }) => exporter.flush(timeoutMs)))
  dismissIdle()
  return stats()
}

/**
 * Calls {@link flushTraces}, and then ends tracing: later calls are no-ops until the next `init`. Spans that could not
 * be sent are dropped, and counted under `shutdown`.
 */
export async function shutdown(options: { timeoutMs?: number | undefined } = {}): Promise<Report> {
  const timeoutMs = waitOf(SHUTDOWN, options)
  const all = pipelines()
  setCurrentPipeline(undefined)
  configureInstrumentations(undefined)
  const current = state()
  current.retired.clear()
  current.config = undefined
  current.byOptions = false
  current.status = statusOff('shutdown() was called')
  leaveOpenSpans(all, 'shutdown() was called')
  await Promise.all([
    ...all.map((pipeline) => pipeline.exporter.shutdown(timeoutMs).then(() => forgetExit(pipeline))),
    // Workers may go on.
    ...endHooks()
      .guests()
      .map(({ exporter }) => exporter.flush(timeoutMs)),
  ])
  return stats()
}

function waitOf(known: KnownKeys, options: unknown): number {
  expectOptions(known.owner, options)
  checkKeys(known, options)
  return durationOf(readProperty(options, 'timeoutMs'))
}

function durationOf(timeoutMs: unknown): number {
  if (timeoutMs === undefined) return FLUSH_MS
  if (typeof timeoutMs === 'number' && timeoutMs >= 0) return Math.min(timeoutMs, 0x7fffffff)
  diagnoseOnce(
    'warn',
    'TS_TIMEOUT_INVALID',
    `timeoutMs must be a number of milliseconds, 0 or more; ${FLUSH_MS} is used instead.`,
  )
  return FLUSH_MS
}
