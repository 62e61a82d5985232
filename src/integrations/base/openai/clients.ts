import { read } from '../method.ts'

/**
 * The classes of clients with chat completions in what was given: the exports of a package, a class, or an instance.
 *
 * @param name - of the class among the exports
 */
export function openAIClients(copy: unknown, name: string): unknown[] {
  const candidates = [
    copy,
    read(copy, name),
    read(copy, 'default'),
    read(copy, 'default', name),
    read(copy, 'constructor'),
  ]
  return [...new Set(candidates)].filter(
    (candidate) => typeof candidate === 'function' && read(candidate, 'Chat', 'Completions') !== undefined,
  )
}
