import { list, read, text } from '../base/index.ts'

/** The class of what a run is of, as LangChain serialises it. */
export const kindOf = (serialized: unknown): string | undefined => text(list(read(serialized, 'id')).at(-1))

/** Whether it is a compiled graph of LangGraph. */
export function isGraph(serialized: unknown): boolean {
  const kind = kindOf(serialized)
  return kind === 'CompiledStateGraph' || kind === 'CompiledGraph' || kind === 'Pregel'
}
