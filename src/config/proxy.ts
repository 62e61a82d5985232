import { type ProxySettings, parseProxy } from '../runtime/proxy.ts'
import type { Environment } from './environment.ts'
import type { Reader, SourceName } from './reader.ts'
import * as rules from './rules.ts'

/** A switch, or the URL of a proxy. */
const option: rules.Rule<boolean | string> = rules.parsed((value) => {
  if (typeof value === 'boolean') return value
  return typeof value === 'string' && parseProxy(value) ? value.trim() : undefined
})

const url: rules.Rule<string> = rules.parsed((value) =>
  typeof value === 'string' && parseProxy(value) ? value.trim() : undefined,
)

// Lower case goes before upper case, as in Node.
const HTTP: readonly SourceName[] = ['http_proxy', 'HTTP_PROXY']
const HTTPS: readonly SourceName[] = ['https_proxy', 'HTTPS_PROXY']
const NONE: readonly SourceName[] = ['no_proxy', 'NO_PROXY']

/**
 * The proxies of outgoing requests. The variables count where Node would let them count for its own requests; where they
 * are set all the same, that is remembered for messages.
 */
export function resolveProxy(reader: Reader, env: Environment): ProxySettings | undefined {
  const asked = reader.find(option, ['proxy'])?.value ?? nodeUsesProxies(reader, env)
  if (asked === false && reader.raw('proxy') !== undefined) return undefined
  const noProxy = reader.find(rules.line, NONE)?.value
  const exempt = noProxy === undefined ? {} : { noProxy }
  if (typeof asked === 'string') return { http: asked, https: asked, ...exempt }
  const none = 'no proxy is used'
  const [http, https] = asked
    ? [reader.find(url, HTTP, none)?.value, reader.find(url, HTTPS, none)?.value]
    : [unchecked(reader, HTTP), unchecked(reader, HTTPS)]
  if (http === undefined && https === undefined) return undefined
  return {
    ...(http !== undefined && { http }),
    ...(https !== undefined && { https }),
    ...exempt,
    ...(!asked && { unused: true as const }),
  }
}

/** What is not used needs no diagnostic. */
function unchecked(reader: Reader, names: readonly SourceName[]): string | undefined {
  const value = names.map(reader.raw).find((found) => found !== undefined)
  return typeof value === 'string' ? value : undefined
}

/** Whether Node uses the proxies of the environment in this process: `NODE_USE_ENV_PROXY=1` or `--use-env-proxy`. */
function nodeUsesProxies(reader: Reader, { NODE_OPTIONS: options = '' }: Environment): boolean {
  const flag = '--use-env-proxy'
  return (
    reader.raw('NODE_USE_ENV_PROXY') === '1' ||
    options.split(/\s+/).includes(flag) ||
    process.execArgv?.includes(flag) === true
  )
}
