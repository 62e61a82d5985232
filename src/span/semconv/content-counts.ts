/** Content of libraries that have their token counts in it and nowhere else, by the part that holds the counts. */
const COUNTED: Readonly<Record<string, string>> = {
  'genkit:output': 'usage',
  'gcp.vertex.agent.llm_response': 'usageMetadata',
}

/** Keys of such content. */
export const COUNTED_KEYS: readonly string[] = Object.keys(COUNTED)

const PLAIN_NAME = /^[a-z]{1,40}$/i

/** The counts in what is content otherwise, as JSON text of the same form; `undefined` where there are none. */
export function countsIn(key: string, content: unknown): string | undefined {
  const part = Object.hasOwn(COUNTED, key) ? COUNTED[key] : undefined
  if (part === undefined || typeof content !== 'string') return undefined
  try {
    const counts = Object.entries((JSON.parse(content) as Record<string, object>)[part] ?? {}).filter(
      ([name, count]) => typeof count === 'number' && PLAIN_NAME.test(name),
    )
    return counts.length === 0 ? undefined : JSON.stringify({ [part]: Object.fromEntries(counts) })
  } catch {
    return undefined
  }
}
