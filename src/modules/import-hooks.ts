import { fileURLToPath } from 'node:url'
import { HAND_OVER_LIST } from './arrivals.ts'
import { type RecognisedFile, recognise } from './recognise.ts'

/** What Node's hook `load` gets and gives. */
interface Loaded {
  format?: string | null | undefined
  source?: unknown
}

/** `load` of a hook that runs in the program's own thread. */
export function loadSync(
  url: string,
  context: unknown,
  next: (url: string, context: unknown) => Loaded,
): Loaded {
  return handingOver(url, next(url, context), context)
}

/** `load` of a hook that runs in a thread of its own (Node 20). */
export async function load(
  url: string,
  context: unknown,
  next: (url: string, context: unknown) => Promise<Loaded>,
): Promise<Loaded> {
  return handingOver(url, await next(url, context), context)
}

/** What was loaded, with a line at its end by which it hands itself over, where it is a module to be handed over. */
function handingOver(url: string, loaded: Loaded, context: unknown): Loaded {
  try {
    const recognised = recognisedUrl(url)
    if (recognised?.subpath === undefined) return loaded
    const text = textOf(loaded.source)
    if (text === undefined) return loaded
    const line = lineFor(url, loaded.format, recognised, context)
    return line === undefined ? loaded : { ...loaded, source: `${text}\n${line}\n` }
  } catch {
    return loaded
  }
}

/** Modules that another loader wraps or names anew have a query, and load the file itself by its plain URL. */
function recognisedUrl(url: string): RecognisedFile | undefined {
  if (!url.startsWith('file:') || url.includes('?')) return undefined
  return recognise(fileURLToPath(url))
}

function lineFor(
  url: string,
  format: unknown,
  { package: name, version, subpath, file }: RecognisedFile,
  context: unknown,
): string | undefined {
  const facts = JSON.stringify({ package: name, version, subpath, file }).slice(0, -1)
  const list = `(globalThis[Symbol.for(${JSON.stringify(HAND_OVER_LIST)})]??=[])`
  if (format === 'module') {
    return `;import * as __turnspan__ from ${JSON.stringify(url)};${list}.push(${facts},"exports":__turnspan__});`
  }
  // What is loaded by `require` passes through `watchRequire`; here it has a source only where another loader gave one.
  const required = (context as { conditions?: readonly string[] }).conditions?.includes('require')
  return format === 'commonjs' && !required ? `;${list}.push(${facts},"exports":module.exports});` : undefined
}

function textOf(source: unknown): string | undefined {
  if (typeof source === 'string') return source
  if (source instanceof ArrayBuffer || ArrayBuffer.isView(source)) return new TextDecoder().decode(source)
  return undefined
}
