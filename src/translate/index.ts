import type { Limits } from '../config/limits.ts'
import type { Attributes } from '../span/attributes.ts'
import { takeSnapshot } from '../span/capture/capture.ts'
import { type AgentData, type EndedSpan, plainSpan } from '../span/ended-span.ts'
import * as keys from '../span/semconv/keys.ts'
import { SpanType } from '../span/semconv/span-type.ts'
import type { CountedUsage } from '../span/token-usage.ts'
import { type Found, inputsIn, outputsIn, type Told } from './content.ts'
import { text } from './data.ts'
import { statusIn } from './failure.ts'
import { createInherited } from './inherited.ts'
import { takeNote, withNote } from './notes.ts'
import { isLifted, type Source, sourceOf } from './source.ts'
import { toolsIn } from './tools.ts'
import { spanTypeIn, sumsUp } from './types.ts'
import { usageIn } from './usage.ts'
import { vocabulariesOf } from './vocabularies.ts'
import type { Vocabulary } from './vocabulary.ts'

/** What the attributes of a span say that it used. */
export function usageOf(attributes: Attributes): CountedUsage | undefined {
  const source = sourceOf({ attributes, events: [], name: '', scope: { name: '' } } as unknown as EndedSpan)
  const known = vocabulariesOf(source)
  return usageIn(source, known, spanTypeIn(source, known))
}

/** Turns spans of other libraries to what turnspan's own spans say. */
export type Translate = (span: EndedSpan) => EndedSpan

/** As in the configuration. */
export interface TranslatorOptions {
  readonly limits: Limits
  readonly captureContent: boolean
}

/**
 * A translator of copies of other libraries' spans. What the copy does not have, because content is not captured or was
 * redacted, the translation has not either: it reads nothing else.
 */
export function createTranslator({ limits, captureContent: isContentWanted }: TranslatorOptions): Translate {
  const inherited = createInherited()
  return (given) => {
    // One of MLflow's own libraries needs no translation.
    if (given.agent !== undefined || keys.SPAN_TYPE in given.attributes) return given
    const note = takeNote(given)
    const span: EndedSpan = { ...plainSpan(given), ...withNote(given, note) }
    const source = sourceOf(span, note?.values)
    const known = vocabulariesOf(source)
    if (known.length === 0) return given
    const spanType = note?.spanType ?? spanTypeIn(source, known)
    const reading = {
      source,
      known,
      // A note gives its own type to what the library has as a tool.
      isTool: spanType === SpanType.TOOL || note?.spanType !== undefined,
      finish: firstText(source, known, 'finish') ?? source.messages.finish,
    }
    const own = {
      inputs: isContentWanted ? inputsIn(reading) : undefined,
      outputs: isContentWanted ? outputsIn(reading) : undefined,
      status: note?.failure?.status ?? statusIn(source, known),
    }
    const inherits = !reading.isTool && known.some((one) => one.inherits)
    const told = inherits ? inherited.take(span, own) : own
    const captured = (found: Found | undefined): AgentData['inputs'] =>
      found && takeSnapshot(found.value, { limits })
    const usage = usageIn(source, known, spanType)
    const isSum = usage !== undefined && sumsUp(spanType, span.kind)
    return {
      ...span,
      name: note?.name ?? nameOf(source, known, spanType),
      status: note?.settled ? own.status : told.status,
      attributes: {
        ...attributesOf(source, known, { spanType, isChat: isChat(told) }),
        ...note?.attributes,
      },
      events: span.events.filter((event) => !isLifted(event)),
      agent: {
        spanType,
        inputs: captured(told.inputs),
        outputs: captured(told.outputs),
        usage,
        isSum,
        ...modelIn(source, known, spanType),
        jsonKeys: new Set(Object.keys(span.attributes)),
      },
    }
  }
}

const isChat = ({ inputs, outputs }: Told): boolean => (inputs ?? outputs)?.isChat === true

function firstText(
  source: Source,
  known: readonly Vocabulary[],
  what: 'model' | 'provider' | 'session' | 'user' | 'finish' | 'toolName',
): string | undefined {
  for (const vocabulary of known) {
    const found = text(source.first(vocabulary[what] ?? []))
    if (found !== undefined) return found
  }
  return undefined
}

/** Overview counts calls of tools by the names of their spans. */
function nameOf(source: Source, known: readonly Vocabulary[], spanType: string): string {
  const named = spanType === SpanType.TOOL ? firstText(source, known, 'toolName') : undefined
  return (
    named ?? (spanType === SpanType.TOOL ? source.span.name.replace(/^execute_tool /, '') : source.span.name)
  )
}

/** Names of libraries that some write in the place of the provider. */
const NO_PROVIDER = /^(?:gcp\.vertex\.agent|strands|mastra|voltagent|genkit)/
/** The AI SDK and TanStack AI name the API of the provider as well. */
const API = /[.-](?:chat|responses|completion|embedding|messages|generative-ai|image|speech|transcription)$/

function modelIn(
  source: Source,
  known: readonly Vocabulary[],
  spanType: string,
): Pick<AgentData, 'model' | 'provider'> {
  const joined = MODELS.has(spanType)
    ? text(source.first(known.flatMap((one) => one.providerAndModel ?? [])))
    : undefined
  const [, ofJoined, model] = /^([^/]*)\/(.*)$/.exec(joined ?? '') ?? []
  const provider = firstText(source, known, 'provider') ?? ofJoined
  return {
    model: firstText(source, known, 'model') ?? model,
    provider: provider === undefined || NO_PROVIDER.test(provider) ? undefined : provider.replace(API, ''),
  }
}

const MODELS: ReadonlySet<string> = new Set([
  SpanType.CHAT_MODEL,
  SpanType.LLM,
  SpanType.EMBEDDING,
  SpanType.RERANKER,
])

const COUNTS =
  /^(?:(?:gen_ai|llm|ai)\.usage|llm\.token_count)\.|^usage\.(?:prompt|completion|total|cached|reasoning)_tokens$/

/** Those of the span, and what else turnspan's own spans say by attributes. */
function attributesOf(
  source: Source,
  known: readonly Vocabulary[],
  { spanType, isChat }: { spanType: string; isChat: boolean },
): Attributes {
  const all: Attributes = { ...source.span.attributes }
  // Backends would add the sum to what it is a sum of.
  if (sumsUp(spanType, source.span.kind))
    for (const key of Object.keys(all)) if (COUNTS.test(key)) delete all[key]
  const add = (key: string, value: string | undefined): void => {
    if (value !== undefined && !Object.hasOwn(all, key)) all[key] = value
  }
  add(keys.SESSION_ID, firstText(source, known, 'session'))
  add(keys.USER_ID, firstText(source, known, 'user'))
  const tools = toolsIn(source, known)
  add(keys.CHAT_TOOLS, tools && JSON.stringify(tools))
  if (isChat) add(keys.MESSAGE_FORMAT, 'openai')
  return all
}
