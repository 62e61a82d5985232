import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { activeContext } from '../context/active-context.ts'
import { modelCallIn } from '../integrations/base/model-calls.ts'
import { notedOutcomes } from '../modules/outcomes.ts'
import { diagnoseOnce } from '../runtime/diagnostics.ts'
import { currentPipeline } from '../tracer/current.ts'
import { externalCalls } from '../tracer/external-calls.ts'
import { tracingIn } from '../tracing/open-span.ts'

/** How a client's request to a model is known: by what its headers must hold. */
interface Sign {
  readonly integration: string
  readonly package: string
  readonly headers: Readonly<Record<string, RegExp>>
}

/** Clients that the same generator makes for services that no integration of ours is for. */
const OTHERS =
  'Groq|Together|Cerebras|Cloudflare|LlamaAPIClient|Lithic|Browserbase|Writer|Runloop|Letta|Perplexity'

/**
 * As the clients name themselves. Those of OpenAI and Anthropic use the name of their class, which a minifier changes.
 * The AI SDK adds itself to the name of whatever sends for it.
 */
const SIGNS: readonly Sign[] = [
  { integration: 'ai', package: 'ai', headers: { 'user-agent': /\bai-sdk\// } },
  {
    integration: 'anthropic',
    package: '@anthropic-ai/sdk',
    headers: { 'anthropic-version': /./, 'x-stainless-lang': /^js$/ },
  },
  {
    integration: 'openai',
    package: 'openai',
    headers: { 'x-stainless-lang': /^js$/, 'user-agent': new RegExp(`^(?!(?:${OTHERS})/)[\\w$]+/JS\\b`) },
  },
  {
    integration: 'google-genai',
    package: '@google/genai',
    headers: { 'x-goog-api-client': /\bgoogle-genai-sdk\// },
  },
]

/** Calls that every integration traces; others (lists of models, files, ...) may go without a span. */
const TRACED =
  /\/(?:chat\/completions|completions|responses|embeddings|messages)(?:\?|$)|:(?:streamG|g)enerateContent\b/

/** What `undici` and `node:http` say of a request that begins. */
interface Beginning {
  readonly request?: {
    readonly path?: unknown
    readonly method?: unknown
    /** Of `undici`: a list of names and values, in older versions one text. */
    readonly headers?: unknown
    getHeader?(name: string): unknown
  }
}

const CHANNELS = ['undici:request:create', 'http.client.request.start'] as const

/**
 * Says it when a client that is to be traced asks a model outside of every traced call: whatever the reason, its spans
 * are missing. Looks at the names that clients give themselves in their headers, and at nothing else.
 *
 * @param names - the integrations that are on
 * @returns ends that
 */
export function watchUntracedRequests(names: readonly string[]): () => void {
  if (!SIGNS.some(({ integration }) => names.includes(integration))) return () => undefined
  const look = (message: unknown): void => {
    try {
      const { request } = message as Beginning
      const { method, path } = request ?? {}
      if (method !== 'POST' || typeof path !== 'string' || !TRACED.test(path)) return
      const sign = SIGNS.find(({ headers }) =>
        Object.entries(headers).every(([name, value]) => value.test(headerOf(request, name))),
      )
      if (sign !== undefined && names.includes(sign.integration) && isUntraced()) say(sign)
    } catch {
      // The request goes out all the same.
    }
  }
  // The calls of frameworks that trace themselves are seen, by their spans.
  void import('../integrations/base/external-calls.ts').then(
    ({ watchExternalCalls }) => watchExternalCalls(),
    noop,
  )
  for (const name of CHANNELS) subscribe(name, look)
  return () => {
    for (const name of CHANNELS) unsubscribe(name, look)
  }
}

const noop = (): void => undefined

function isUntraced(): boolean {
  if (currentPipeline() === undefined) return false
  const context = activeContext()
  if (tracingIn(context) === undefined || externalCalls()?.isNear(context)) return false
  return modelCallIn(context) === undefined
}

function headerOf(request: Beginning['request'], name: string): string {
  const { headers } = request ?? {}
  if (typeof headers === 'string') return new RegExp(`^${name}: (.*)$`, 'im').exec(headers)?.[1] ?? ''
  if (Array.isArray(headers)) {
    const at = headers.findIndex((one, index) => index % 2 === 0 && String(one).toLowerCase() === name)
    return at < 0 ? '' : String(headers[at + 1])
  }
  return String(request?.getHeader?.(name) ?? '')
}

/**
 * A call of the AI SDK may be left out on purpose, by its own settings: where the integration is at work, that is for
 * listeners only, and of versions 5 and 6 the integration itself says more (`TS_AI_SDK_UNTRACED`).
 */
function say({ integration, package: packageName }: Sign): void {
  const active = notedOutcomes().filter((one) => one.integration === integration && one.patched)
  if (integration === 'ai' && active.some(({ version }) => /^[56]\./.test(version ?? ''))) return
  const [level, cause] =
    integration === 'ai' && active.length > 0
      ? (['info', AI_SDK_SETTINGS] as const)
      : (['warn', integration === 'ai' ? `${ANOTHER_COPY} ${MASTRA}` : ANOTHER_COPY] as const)
  diagnoseOnce(
    level,
    'TS_CALL_NOT_TRACED',
    `A client of the package ${packageName} called a model, and turnspan did not see the call: ${cause} instrumentations() lists the copies that were found.`,
    { integration, package: packageName },
    integration,
  )
}

const ANOTHER_COPY =
  'the program uses a copy of the package that turnspan cannot reach, for instance one that a bundler put into the application. Pass it to instrument() of turnspan/instrument, or use a plugin of turnspan/bundler (see docs/integrations/README.md).'
const MASTRA =
  'Mastra contains a copy of its own, which turnspan/mastra traces (see docs/integrations/mastra.md).'
const AI_SDK_SETTINGS =
  'its telemetry is switched off, or the call lists its own integrations without aiSdkTelemetry() of turnspan/ai.'
