import type { Key } from './source.ts'

/** Where a vocabulary has what a model, an agent or a tool was given, or gave. */
export type Content =
  /** Messages, in whatever form; `system` is what the system said beside them. */
  | {
      readonly messages: readonly Key[]
      readonly system?: readonly Key[]
      /** Calls of tools that stand beside the answer. */
      readonly calls?: readonly Key[]
    }
  /** Messages in attributes of their own: `prefix.0.role`. */
  | { readonly list: string; readonly drop?: RegExp }
  /** Messages in events. */
  | { readonly events: 'asked' | 'answered' }
  /** Any value. */
  | { readonly value: readonly Key[] }
  /** Objects in attributes of their own: documents that were found. */
  | { readonly values: string; readonly drop: RegExp }

/** Token counts by their meaning; of several keys the first that there is. */
export interface UsageKeys {
  readonly input: readonly Key[]
  readonly output: readonly Key[]
  readonly total?: readonly Key[]
  readonly cacheRead?: readonly Key[]
  readonly cacheWrite?: readonly Key[]
  readonly reasoning?: readonly Key[]
  /** Only spans of this type have tokens of their own; what others say is a part of the sum of those below them. */
  readonly only?: string
  /** Reasoning is not part of the output. */
  readonly reasoningApart?: true
}

/** The words in which a library, or a convention, writes what turnspan has its own words for. */
export interface Vocabulary {
  readonly name: string
  /** By the keys of attributes; one that matches is enough. */
  readonly keys?: RegExp
  /** By the name of the tracer. */
  readonly scopes?: RegExp
  /** Attributes that tell the type, and what their values stand for. */
  readonly types?: readonly (readonly [Key, Readonly<Record<string, string>>])[]
  /** Names of spans that tell it. */
  readonly named?: readonly (readonly [RegExp, string])[]
  readonly model?: readonly Key[]
  readonly provider?: readonly Key[]
  /** Where a provider and its model stand with a slash between them, on calls of models. */
  readonly providerAndModel?: Key
  readonly inputs?: readonly Content[]
  readonly outputs?: readonly Content[]
  readonly finish?: readonly Key[]
  /** Definitions of tools: a JSON list in any form, or one in attributes of their own. */
  readonly tools?: readonly Key[]
  readonly toolList?: { readonly list: string; readonly drop: RegExp }
  readonly toolName?: readonly Key[]
  readonly usage?: UsageKeys
  readonly session?: readonly Key[]
  readonly user?: readonly Key[]
  /** Attributes with which a span has failed, though its status does not say so; `undefined` for any value. */
  readonly failed?: readonly (readonly [Key, string | undefined])[]
  /** Spans that come to their end with an attribute, by their names: one without it has failed. */
  readonly unfinished?: { readonly named: RegExp; readonly without: Key }
  /** Where the reason for it stands. */
  readonly reason?: readonly Key[]
  /** Its agents say nothing of what they were asked and answered: their first and last call of a model does. */
  readonly inherits?: true
}
