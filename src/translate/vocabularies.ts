import { AI_SDK, LIVEKIT } from './ai-sdk.ts'
import { CONVENTIONS } from './conventions.ts'
import { ADK, GENKIT, MASTRA, STRANDS, TANSTACK, VOLTAGENT } from './frameworks.ts'
import { LAMINAR, LANGFUSE, OPENINFERENCE, OPENLLMETRY } from './instrumentations.ts'
import type { Source } from './source.ts'
import type { Vocabulary } from './vocabulary.ts'

/**
 * All that are known, the most particular first: of what several say of one span, the first counts. The conventions' own
 * come before those of backends, which libraries write beside them.
 */
const VOCABULARIES: readonly Vocabulary[] = [
  OPENINFERENCE,
  ADK,
  STRANDS,
  GENKIT,
  MASTRA,
  VOLTAGENT,
  LIVEKIT,
  AI_SDK,
  TANSTACK,
  OPENLLMETRY,
  CONVENTIONS,
  LANGFUSE,
  LAMINAR,
]

/** The vocabularies in which a span speaks. */
export function vocabulariesOf({ attributes, span }: Source): readonly Vocabulary[] {
  const keys = Object.keys(attributes)
  const events = span.events.some(({ name }) => name.startsWith('gen_ai.'))
  return VOCABULARIES.filter(
    ({ keys: known, scopes }) =>
      (scopes?.test(span.scope.name) ?? false) ||
      (known !== undefined && keys.some((key) => known.test(key))) ||
      (known === CONVENTIONS.keys && events),
  )
}
