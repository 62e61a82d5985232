import { type Patches, suppressScope } from '../base/index.ts'

/** The tracer of the client itself, in newer versions, where the program has configured it. */
const SCOPE = 'mistralai_sdk_tracer'

/** What it calls the requests that are traced here, and the messages of a conversation's answer. */
const TRACED =
  /^(?:chat_completion_|agents_completion_|fim_completion_|stream_(?:chat|agents|fim)$|embeddings_|(?:chat_)?(?:moderations|classifications)_|ocr_|agents_api_v1_conversations_(?:start|append|restart)|chat(?: |$))/

/**
 * Leaves out the spans that the client makes of what is traced here already, from turnspan's traces only: whoever else
 * listens to them gets them as before. What it traces beside, such as the tools that Mistral ran and files, comes through.
 */
export function suppressOwnSpans(patches: Patches): void {
  patches.onUndo(suppressScope(SCOPE, (name) => TRACED.test(name)))
}
