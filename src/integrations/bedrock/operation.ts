import type { Answer, Given, ModelCall, ModelCallInit, StreamAccumulator } from '../base/index.ts'

/** One operation of a service: how a call of it is told. */
export interface Operation {
  /** What begins, by the input of the command. */
  begin(given: Given): ModelCallInit
  /** The input of the command by the body of the request, in which the model is named `model`. */
  parametersOf(sent: unknown): unknown
  /** Whether the input says less than what is sent. @defaultValue where it could not all be read as data */
  isPartial?(input: unknown): boolean
  /** Hears that the span has begun. */
  begun?(call: ModelCall, input: unknown): void
  /** What the output of the command says. It must not be changed. */
  answer(output: unknown, call: ModelCall): Answer
  /** For outputs with a stream of events: the member that has it. */
  readonly stream?: {
    readonly member: string
    accumulate(call: ModelCall, output: unknown): StreamAccumulator
  }
}
