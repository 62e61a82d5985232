/**
 * Traces the calls that a program makes with the package `openai`, versions 4 to 7: `turnspan/openai`.
 *
 * @packageDocumentation
 */
export type { Uninstrument } from '../base/index.ts'
export { instrumentOpenAI } from './instrument.ts'
export type { OpenAIOptions } from './options.ts'
