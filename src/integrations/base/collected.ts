import type { ModelCall } from './model-call-type.ts'

let dropped: FinalizationRegistry<ModelCall> | undefined

/**
 * Ends `call` as abandoned when `holder`, the promise that the program got, is garbage-collected before anybody read
 * the answer. Nothing that `call` refers to may lead back to `holder`, which otherwise is never collected.
 *
 * @returns takes it back
 */
export function endWhenDropped(holder: object, call: ModelCall): () => void {
  dropped ??= new FinalizationRegistry((lost: ModelCall) => lost.stop('abandoned'))
  const registry = dropped
  const token = {}
  registry.register(holder, call, token)
  return () => void registry.unregister(token)
}
