import { createRequire } from 'node:module'
import { ownFile } from '../../runtime/own-file.ts'
import { isObject, type Patches } from '../base/index.ts'

const MODULES =
  /[\\/]@langchain[\\/]core[\\/]dist[\\/](callbacks[\\/]manager|singletons[\\/](async_local_storage[\\/])?index|runnables[\\/]base|language_models[\\/](chat_models|llms)|tools[\\/]index|tools|retrievers[\\/]index|retrievers|vectorstores)\.cjs$/

const looked: WeakMap<Patches, WeakSet<object>> = new WeakMap()

/**
 * The CommonJS modules of LangChain that came together with `copy`. Its modules load each other by path, so that the
 * one with the callbacks may never be asked for by its name.
 */
export function loadedWith(copy: unknown, patches: Patches): readonly unknown[] {
  const before = looked.get(patches) ?? new WeakSet()
  if (!isObject(copy) || before.has(copy)) return []
  looked.set(patches, before.add(copy))
  try {
    const { cache } = createRequire(ownFile())
    return Object.keys(cache).flatMap((file) => {
      const loaded = MODULES.test(file) ? cache[file] : undefined
      return loaded?.loaded ? [loaded.exports as unknown] : []
    })
  } catch {
    return []
  }
}
