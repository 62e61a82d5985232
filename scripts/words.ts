/** A word that is not used here, and what is said instead. */
export interface Word {
  readonly pattern: RegExp
  readonly instead: string
}

const word = (pattern: string, instead: string, flags = 'gi'): Word => ({
  pattern: new RegExp(`\\b(?:${pattern})\\b`, flags),
  instead,
})

/** Private words of former versions, and English that stops a native reader. */
const WORDS: readonly Word[] = [
  word('lanes?', 'target exporter'),
  word('fates?', 'outcome'),
  word('the books', 'export statistics'),
  word('flying', 'in flight'),
  word('foreign', 'external, or of another library'),
  word('muted?', 'suppressed'),
  word('departed', 'root summary'),
  word('complaints?', 'diagnostic, or problem'),
  word('shadow(?:s|ed|ing)?', 'mirror span'),
  word('(?:MOST|LEAST|LONGEST|DEEPEST)_[A-Z_]+', 'MAX_… or MIN_…', 'g'),
  word('without a word', 'silently'),
  word('dear(?:er|est)?', 'expensive'),
  word('mend(?:s|ed)?', 'fix, or recover'),
]

/** The words of `text` that are not used here, each with its line. */
export function wordsIn(
  text: string,
): { readonly line: number; readonly found: string; readonly instead: string }[] {
  return text
    .split('\n')
    .flatMap((line, index) =>
      WORDS.flatMap(({ pattern, instead }) =>
        [...line.matchAll(pattern)].map(([found]) => ({ line: index + 1, found, instead })),
      ),
    )
}
