import { fileURLToPath } from 'node:url'
import { askingSource } from './ai-sdk-source.ts'
import { HAND_OVER_LIST } from './arrivals.ts'
import { withSetters } from './live-bindings.ts'
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
    const { format } = loaded
    // What is loaded by `require` passes through `watchRequire`; here it has a source only where another loader gave one.
    const required = (context as { conditions?: readonly string[] }).conditions?.includes('require')
    const text = textOf(loaded.source)
    if (text === undefined || (format !== 'module' && (format !== 'commonjs' || required))) return loaded
    return { ...loaded, source: withHandOver(rewritten(text, recognised), url, format, recognised) }
  } catch {
    return loaded
  }
}

/** The source of a module that has to be changed for its calls to be seen; any other as it is. */
export function rewritten(source: string, { package: name, subpath }: RecognisedFile): string {
  if (name === 'ai' && subpath === '.') return askingSource(source) ?? source
  return withSetters(source, name)
}

/**
 * `source` with a line at its end by which the module hands itself over; lines above keep their numbers.
 *
 * @param self - by what the module imports itself
 */
export function withHandOver(
  source: string,
  self: string,
  format: 'module' | 'commonjs',
  { package: name, version, subpath, file }: RecognisedFile,
): string {
  if (subpath === undefined) return source
  const facts = JSON.stringify({ package: name, version, subpath, file }).slice(0, -1)
  const list = `(globalThis[Symbol.for(${JSON.stringify(HAND_OVER_LIST)})]??=[])`
  const [before, exports] =
    format === 'module'
      ? [`import * as __turnspan__ from ${JSON.stringify(self)};`, '__turnspan__']
      : ['', 'module.exports']
  return `${source}\n;${before}${list}.push(${facts},"exports":${exports}});\n`
}

/** Modules that another loader wraps or names anew have a query, and load the file itself by its plain URL. */
function recognisedUrl(url: string): RecognisedFile | undefined {
  if (!url.startsWith('file:') || url.includes('?')) return undefined
  return recognise(fileURLToPath(url))
}

function textOf(source: unknown): string | undefined {
  if (typeof source === 'string') return source
  if (source instanceof ArrayBuffer || ArrayBuffer.isView(source)) return new TextDecoder().decode(source)
  return undefined
}
