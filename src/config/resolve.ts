import { readFileSync } from 'node:fs'
import type { ReadFile } from './auth.ts'
import type { Config, ConfigProblem, Resolved } from './config.ts'
import { resolveContent } from './content.ts'
import type { Environment } from './environment.ts'
import { freezeDeep } from './freeze.ts'
import { reportUnknownOptions, reportUnknownVariables } from './names.ts'
import type { InitOptions } from './options.ts'
import { resolveExporters, resolvePipeline } from './pipeline.ts'
import { detectPlatform } from './platform.ts'
import { createReader, type Reader } from './reader.ts'
import { resolveResource } from './resource.ts'
import * as rules from './rules.ts'
import { resolveSpool } from './spool.ts'
import { resolveTargets } from './targets.ts'
import { resolveWatchdog } from './watchdog.ts'

/** What {@link resolveConfig} needs from the machine. */
export interface ResolveTools {
  /** Reads a service account's or a profile's file. @defaultValue the file system */
  readonly readFile?: ReadFile
}

const trueOrFalse: rules.Rule<'true' | 'false'> = rules.oneOf('true', 'false')
const consoleTarget: rules.Rule<'console'> = rules.oneOf('console')

const NOTHING =
  'nothing is configured: set MLFLOW_TRACKING_URI or OTEL_EXPORTER_OTLP_ENDPOINT, or give init() one of trackingUri, endpoint, exporters and target: "console"'

const TARGET_OPTIONS = ['endpoint', 'trackingUri', 'target', 'exporters'] as const
const TARGET_VARIABLES = [
  'MLFLOW_TRACKING_URI',
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
] as const

/**
 * Makes one frozen configuration of options and environment, or says why nothing is traced. Never throws: a
 * value that does not fit becomes a problem, and the next source is used.
 */
export function resolveConfig(
  options: InitOptions | undefined,
  env: Environment,
  { readFile = readText }: ResolveTools = {},
): Resolved {
  try {
    return freezeDeep(resolve(options, env, readFile))
  } catch {
    // Only a value that throws when it is looked at leads here; its message may hold anything.
    const message =
      'The options of init() or the environment variables cannot be read: reading one of them throws (Deno needs --allow-env for the variables); nothing is traced.'
    return off('the options of init() cannot be read', [{ name: 'options', message }])
  }
}

/** Whether anything says where spans should go. Costs a few property reads. */
export function isConfigured(options: InitOptions | undefined, env: Environment): boolean {
  const isSet = (value: unknown) => value !== undefined && (typeof value !== 'string' || value.trim() !== '')
  return (
    TARGET_VARIABLES.some((name) => isSet(env[name])) || TARGET_OPTIONS.some((name) => isSet(options?.[name]))
  )
}

function resolve(given: InitOptions | undefined, env: Environment, readFile: ReadFile): Resolved {
  const fits = given === undefined || (typeof given === 'object' && given !== null && !Array.isArray(given))
  const options: InitOptions = fits ? { ...given } : {}
  const reader = createReader(options, env)
  if (!fits) reader.problem('options', 'init() accepts an object of options; any other value is ignored.')
  reportUnknownOptions(reader, options)
  const reason = switchedOff(reader)
  if (reason) return off(reason, reader.problems)
  if (!isConfigured(options, env)) return off(NOTHING, reader.problems)
  reportSwitches(reader)
  reportUnknownVariables(reader, env)
  const config = build(reader, env, readFile)
  const reached = config.targets.length > 0 || config.exporters.length > 0 || config.console
  return reached ? { config, problems: reader.problems } : off(unreached(reader), reader.problems)
}

/** Why tracing is switched off. The switches of an operator win over the code. */
function switchedOff(reader: Reader): string | undefined {
  const disabled = reader.raw('OTEL_SDK_DISABLED')
  if (typeof disabled === 'string' && disabled.trim().toLowerCase() === 'true') {
    return 'OTEL_SDK_DISABLED is true'
  }
  if (rules.readFlag(reader.raw('ENABLE_MLFLOW_TRACING')) === false) return 'ENABLE_MLFLOW_TRACING is false'
  return rules.readFlag(reader.raw('enabled')) === false ? 'option "enabled" is false' : undefined
}

function reportSwitches(reader: Reader): void {
  // OpenTelemetry knows only true and false here, and takes everything else for false.
  reader.find(trueOrFalse, ['OTEL_SDK_DISABLED'])
  reader.find(rules.flag, ['ENABLE_MLFLOW_TRACING'])
  reader.find(rules.flag, ['enabled'])
}

function build(reader: Reader, env: Environment, readFile: ReadFile): Config {
  const exporters = resolveExporters(reader)
  const console = reader.find(consoleTarget, ['target']) !== undefined
  const watchdog = resolveWatchdog(reader)
  const platform = detectPlatform(env)
  return {
    targets: resolveTargets(reader, readFile, env),
    exporters,
    console,
    ...resolveContent(reader),
    ...resolveResource(reader),
    ...resolvePipeline(reader),
    // A Worker has no disk that outlives it.
    ...(platform !== 'cloudflare' && resolveSpool(reader, env)),
    ...(watchdog && { watchdog }),
    ...(platform && { platform }),
  }
}

/** Why there is no target although something is configured: the first problem with one. */
function unreached(reader: Reader): string {
  if (rules.readFlag(reader.raw('MLFLOW_ENABLE_OTLP_EXPORTER')) === false && reader.problems.length === 0) {
    return 'MLFLOW_ENABLE_OTLP_EXPORTER=false makes turnspan ignore the OTLP endpoint, and no tracking URI is set: set MLFLOW_TRACKING_URI'
  }
  const about: readonly string[] = [...TARGET_OPTIONS, ...TARGET_VARIABLES, 'MLFLOW_TRACING_DESTINATION']
  const first = reader.problems.find(({ name }) => about.includes(name.replace(/\[.*$/, '')))
  return first ? `the configuration gives no target: ${first.message}` : NOTHING
}

function off(reason: string, problems: readonly ConfigProblem[]): Resolved {
  return freezeDeep({ off: { reason }, problems: [...problems] })
}

function readText(path: string): string {
  return readFileSync(path, 'utf8')
}
