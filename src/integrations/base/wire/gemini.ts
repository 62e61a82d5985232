import type { AccumulatorOptions, Answer, StreamAccumulator } from '../accumulator.ts'
import { type Fields, fieldsOf, list, number, read, text } from '../method.ts'
import { dataAt, dataFields, dataOf, itemsOf } from '../own-data.ts'
import { type ModelUsage, usageOf } from '../usage.ts'
import { joinParts, shownContent } from './gemini-parts.ts'

/**
 * Usage of Gemini. Thoughts are counted beside the candidates, and what tools brought into the prompt beside the prompt;
 * both are added, so that input and output are all that was paid for. Cached tokens are in the prompt already.
 *
 * @see https://ai.google.dev/api/generate-content#UsageMetadata
 */
export function geminiUsage(usage: unknown): ModelUsage | undefined {
  const count = (name: string): number | undefined => number(dataAt(usage, name))
  const prompt = count('promptTokenCount')
  const made = count('candidatesTokenCount') ?? count('responseTokenCount')
  const total = count('totalTokenCount')
  if (prompt === undefined && made === undefined && total === undefined) return undefined
  const thoughts = count('thoughtsTokenCount')
  const inputTokens = (prompt ?? 0) + (count('toolUsePromptTokenCount') ?? 0)
  return usageOf({
    inputTokens,
    outputTokens: (made ?? 0) + (thoughts ?? 0),
    totalTokens: total,
    cacheReadInputTokens: count('cachedContentTokenCount'),
    reasoningTokens: thoughts,
    audioInputTokens: soundIn(dataAt(usage, 'promptTokensDetails')),
    audioOutputTokens: soundIn(dataAt(usage, 'candidatesTokensDetails')),
  })
}

function soundIn(details: unknown): number | undefined {
  const sound = itemsOf(details).find((detail) => dataAt(detail, 'modality') === 'AUDIO')
  return number(dataAt(sound, 'tokenCount'))
}

/** The answer of a call that was not streamed. */
export function geminiAnswer(response: unknown): Answer {
  const { sdkHttpResponse: _http, automaticFunctionCallingHistory: _history, ...rest } = dataFields(response)
  const candidates = itemsOf(dataOf(rest.candidates))
  return {
    outputs: candidates.length === 0 ? rest : { ...rest, candidates: candidates.map(shownCandidate) },
    ...describe(
      response,
      candidates.flatMap((candidate) => text(dataAt(candidate, 'finishReason')) ?? []),
    ),
  }
}

function describe(response: unknown, finishReasons: readonly string[]): Answer {
  // A prompt that was refused has a reason, and no candidate.
  const blocked = text(dataAt(response, 'promptFeedback', 'blockReason'))
  return {
    usage: geminiUsage(dataAt(response, 'usageMetadata')),
    model: text(dataAt(response, 'modelVersion')),
    responseId: text(dataAt(response, 'responseId')),
    finishReasons: finishReasons.length === 0 && blocked !== undefined ? [blocked] : finishReasons,
    attributes: { 'gcp.gemini.response.block_reason': blocked },
  }
}

const shownCandidate = (candidate: unknown): unknown => ({
  ...fieldsOf(candidate),
  content: shownContent(dataAt(candidate, 'content')),
})

interface Candidate {
  fields: Fields
  role: string | undefined
  readonly parts: unknown[]
}

const MAX_CANDIDATES = 64

/** Folds the chunks of a stream to the response that they stand for; the last one has the totals. */
export function accumulateGemini({ content, limits }: AccumulatorOptions): StreamAccumulator {
  const candidates = new Map<number, Candidate>()
  let head: Fields = {}
  let usage: Fields = {}
  return {
    isFirst: (chunk) => list(read(chunk, 'candidates', 0, 'content', 'parts')).length > 0,
    add(chunk) {
      const { candidates: _candidates, sdkHttpResponse: _http, usageMetadata, ...rest } = fieldsOf(chunk)
      head = { ...head, ...present(rest) }
      usage = { ...usage, ...present(fieldsOf(usageMetadata)) }
      for (const [place, candidate] of list(read(chunk, 'candidates')).entries()) {
        addCandidate(candidates, place, candidate, content ? limits.maxValueBytes : undefined)
      }
    },
    answer() {
      const whole = { ...head, ...(Object.keys(usage).length > 0 && { usageMetadata: usage }) }
      const finishReasons = [...candidates.values()].flatMap(({ fields }) => text(fields.finishReason) ?? [])
      return {
        ...(content &&
          candidates.size > 0 && {
            outputs: { ...whole, candidates: [...candidates.values()].map(candidateOf) },
          }),
        ...describe(whole, finishReasons),
      }
    },
  }
}

const present = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null))

/** @param most - longest text that is kept; none is without it */
function addCandidate(
  candidates: Map<number, Candidate>,
  place: number,
  given: unknown,
  most: number | undefined,
): void {
  const index = number(read(given, 'index')) ?? place
  const known = candidates.get(index)
  if (known === undefined && candidates.size >= MAX_CANDIDATES) return
  const candidate = known ?? { fields: {}, role: undefined, parts: [] }
  if (known === undefined) candidates.set(index, candidate)
  const { content, ...rest } = fieldsOf(given)
  candidate.fields = { ...candidate.fields, ...present(rest) }
  candidate.role = text(read(content, 'role')) ?? candidate.role
  if (most !== undefined) joinParts(candidate.parts, list(read(content, 'parts')), most)
}

const candidateOf = ({ fields, role, parts }: Candidate): object => ({
  ...fields,
  content: shownContent({ role: role ?? 'model', parts }),
})
