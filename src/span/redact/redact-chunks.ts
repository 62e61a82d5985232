import type { Find } from './redact-rules.ts'

/** Where texts are in the chunks of streams: by the names of properties from the chunk down. */
const TEXT_PATHS: readonly (readonly (string | number)[])[] = [
  ['text'],
  ['delta'],
  ['content'],
  ['textDelta'],
  ['data'],
  ['chunk'],
  ['token'],
  ['arguments'],
  ['delta', 'text'],
  ['delta', 'content'],
  ['delta', 'partial_json'],
  ['choices', 0, 'delta', 'content'],
  ['choices', 0, 'text'],
  ['message', 'content'],
  ['kwargs', 'content'],
]
/** From longer texts only this much at their ends is put together with their neighbours. */
const END_LENGTH = 512
/** In running text so many chunks begin or end with a blank. */
const RUNNING_SHARE = 0.25

interface Chunk {
  readonly index: number
  readonly path: readonly (string | number)[]
  readonly text: string
  /** Where what is looked at begins in `text`. */
  readonly from: number
}

interface Looks {
  readonly mark: (kind: string) => string
  readonly findInChunks: (text: string, isRunning: boolean) => readonly Find[]
}

/** `items`, or a copy without what is found only when texts of neighbours are put together: the chunks of a stream. */
export function joinChunks(items: readonly unknown[], looks: Looks): readonly unknown[] {
  let copy: unknown[] | undefined
  let run: Chunk[] = []
  const finish = (): void => {
    if (run.length > 1) copy = cleanRun(items, copy, run, looks)
    run = []
  }
  for (const [index, item] of items.entries()) {
    const path = textPath(item, run[0]?.path)
    if (path === undefined) {
      // Between the chunks of a text may be others, which have none.
      if (typeof item !== 'object' || item === null) finish()
      continue
    }
    const text = read(item, path) as string
    if (run.length > 0 && run[0]?.path !== path) finish()
    if (text.length <= END_LENGTH) {
      run.push({ index, path, text, from: 0 })
      continue
    }
    run.push({ index, path, text: text.slice(0, END_LENGTH), from: 0 })
    finish()
    run.push({ index, path, text: text.slice(-END_LENGTH), from: text.length - END_LENGTH })
  }
  finish()
  return copy ?? items
}

const ITSELF: readonly (string | number)[] = []

function textPath(
  item: unknown,
  likely: readonly (string | number)[] | undefined,
): readonly (string | number)[] | undefined {
  if (typeof item === 'string') return ITSELF
  // Messages are whole.
  if (typeof item !== 'object' || item === null || 'role' in item) return undefined
  if (likely !== undefined && likely !== ITSELF && typeof read(item, likely) === 'string') return likely
  return TEXT_PATHS.find((path) => typeof read(item, path) === 'string')
}

function read(item: unknown, path: readonly (string | number)[]): unknown {
  let value: unknown = item
  for (const name of path) {
    if (typeof value !== 'object' || value === null) return undefined
    value = (value as Record<string | number, unknown>)[name]
  }
  return value
}

function cleanRun(
  items: readonly unknown[],
  before: unknown[] | undefined,
  run: readonly Chunk[],
  { mark, findInChunks }: Looks,
): unknown[] | undefined {
  const joined = run.map(({ text }) => text).join('')
  const running = run.filter(({ text }) => /^\s|\s$/.test(text)).length
  let copy = before
  // From the end on, so that places before a change stay what they were.
  for (const find of [...findInChunks(joined, running >= run.length * RUNNING_SHARE)].reverse()) {
    let start = joined.length
    const parts: { chunk: Chunk; from: number; to: number }[] = []
    for (const chunk of [...run].reverse()) {
      start -= chunk.text.length
      const from = Math.max(find.start - start, 0)
      const to = Math.min(find.end - start, chunk.text.length)
      if (to > from) parts.push({ chunk, from, to })
    }
    if (parts.length < 2) continue
    copy ??= [...items]
    for (const [i, { chunk, from, to }] of parts.entries()) {
      const said = i === parts.length - 1 ? mark(find.kind) : ''
      copy[chunk.index] = replaced(copy[chunk.index], chunk, from, to, said)
    }
  }
  return copy
}

function replaced(item: unknown, chunk: Chunk, from: number, to: number, said: string): unknown {
  const text = read(item, chunk.path) as string
  const clean = text.slice(0, chunk.from + from) + said + text.slice(chunk.from + to)
  return written(item, chunk.path, clean)
}

/** A copy of `item` with `text` at the end of `path`. */
function written(item: unknown, path: readonly (string | number)[], text: string): unknown {
  const [name, ...rest] = path
  if (name === undefined) return text
  const inner = written((item as Record<string | number, unknown>)[name], rest, text)
  if (!Array.isArray(item)) return { ...(item as object), [name]: inner }
  const copy: unknown[] = [...item]
  copy[name as number] = inner
  return copy
}
