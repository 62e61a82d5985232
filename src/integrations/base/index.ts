/** What integrations are built from; see docs/integrations/contributing.md. */
export { activeContext, runIn } from '../../context/active-context.ts'
export { diagnose, diagnoseOnce } from '../../runtime/diagnostics.ts'
export { processWide } from '../../runtime/registry.ts'
export { mediaMark } from '../../span/capture/media-mark.ts'
export { exceptionFacts } from '../../span/exception.ts'
export type { LiveSpan } from '../../span/live-span.ts'
export * as keys from '../../span/semconv/keys.ts'
export { SpanType } from '../../span/semconv/span-type.ts'
export type { Span } from '../../span/span.ts'
export { currentPipeline } from '../../tracer/current.ts'
export { suppressScope } from '../../tracer/suppressed-scopes.ts'
export { ABANDONED, type Follower, follow } from '../../tracing/follow.ts'
export {
  type AccumulatorOptions,
  type Answer,
  type CreateAccumulator,
  type GrowingText,
  growingText,
  type StreamAccumulator,
} from './accumulator.ts'
export {
  type ActiveSpan,
  type ActiveSpanSource,
  plainContext,
  registerActiveSpanSource,
} from './active-span.ts'
export { asJson } from './as-json.ts'
export { methodIn } from './copied-data.ts'
export { noteFrameworkCall } from './external-calls.ts'
export { failWith, type ToldFailure } from './failure.ts'
export { type Given, givenBy, noteSent, offerCall, whenClientBegins, whenSent } from './given.ts'
export { createInstrument, type Integration, type Uninstrument } from './integration.ts'
export { membersOf } from './members.ts'
export { type Fields, fieldsOf, isObject, list, type Method, number, read, text } from './method.ts'
export { beginModelCall } from './model-call.ts'
export type { CallContent, ModelCall, ModelCallInit, Retry, Stop } from './model-call-type.ts'
export { isInModelCall, modelCallIn } from './model-calls.ts'
export { type OnResult, observePromise } from './observe-promise.ts'
export {
  isStainlessStream,
  observeStream,
  type StainlessStream,
  type StreamOptions,
} from './observe-stream.ts'
export { type AsyncMethod, observedMethod } from './observed-method.ts'
export {
  accumulateEvents,
  binaryAnswer,
  embeddingsAnswer,
  imagesAnswer,
  moderationAnswer,
  transcriptAnswer,
} from './openai/answers.ts'
export {
  apiFields,
  chatMessage,
  chatToolCall,
  contentOf,
  parameter,
  textOf,
  toolCallOf,
} from './openai/client-form.ts'
export { openAIClients } from './openai/clients.ts'
export { askForUsage } from './openai/include-usage.ts'
export {
  type Describe,
  describeChat,
  describeCompletion,
  describeEmbeddings,
  describeModeration,
  describeResponse,
  generating,
  methodsFor,
  named,
  plainMethod,
  wholeOf,
} from './openai/methods.ts'
export { chatContent, chatParameters, nestedTools } from './openai/request.ts'
export { overlay } from './overlay.ts'
export {
  dataAt,
  dataFields,
  dataOf,
  isPlainData,
  isPlainObject,
  isWholeList,
  itemsOf,
  settingAt,
} from './own-data.ts'
export { createPatches, likeness, ownerOf, type Patches, type Wrap } from './patch.ts'
export { type Endpoint, endpointOf } from './providers.ts'
export { quietly } from './quietly.ts'
export { type Amended, noteAttempt, patchStainless, type StainlessMethod } from './stainless.ts'
export { beginStep, type Step, type StepInit } from './step.ts'
export { runTool, type ToolRun } from './tool.ts'
export { type ModelUsage, openAIUsage, usageOf } from './usage.ts'
export {
  accumulateCompletion,
  accumulateMessage,
  completionAnswer,
  messageAnswer,
} from './wire/anthropic.ts'
export { shownMessage, shownMessages } from './wire/anthropic-blocks.ts'
export { accumulateGemini, geminiAnswer, geminiUsage } from './wire/gemini.ts'
export { geminiTools, shownContents } from './wire/gemini-parts.ts'
export { accumulateChat, chatAnswer } from './wire/openai-chat.ts'
export { accumulateResponses, responsesAnswer } from './wire/openai-responses.ts'
