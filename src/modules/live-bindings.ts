/**
 * Where a module that was rewritten leaves what puts another value in the place of an export: a `WeakMap` from the exported
 * function to a setter. What an ES module exports can be replaced from inside of it alone.
 */
export const LIVE_BINDINGS = 'turnspan.live-bindings.1'

/** The last list of exports of an ES module: `export { a as query, tool };`. */
const EXPORTS = /\bexport\s*\{([^{}]*)\}\s*;?\s*(?:\/\/[^\n]*\s*)*$/

/** A name of an export of a package that an integration replaces. */
const REPLACED: Readonly<Record<string, string>> = { '@anthropic-ai/claude-agent-sdk': 'query' }

/**
 * `source` with a line at its end by which it leaves a setter of the export that an integration replaces, where its package has
 * one. Lines keep their numbers.
 *
 * Nothing is imported here: it may run in a thread of loader hooks, or in a bundler.
 */
export function withSetters(source: string, packageName: string): string {
  const name = REPLACED[packageName]
  const local = name === undefined ? undefined : localName(source, name)
  // Only what the module itself declares as a function can be assigned to.
  if (local === undefined || !new RegExp(`\\bfunction ${local.replaceAll('$', '\\$')}\\(`).test(source))
    return source
  const setters = `(globalThis[Symbol.for(${JSON.stringify(LIVE_BINDINGS)})]??=new WeakMap())`
  return `${source}\n;${setters}.set(${local},(value)=>{${local}=value});\n`
}

/** By which name the module calls its export `name`. */
function localName(source: string, name: string): string | undefined {
  const at = source.lastIndexOf('export')
  const [, listed] = EXPORTS.exec(source.slice(Math.max(0, at))) ?? []
  for (const part of listed?.split(',') ?? []) {
    const [local, as, exported] = part.trim().split(/\s+/)
    if ((as === 'as' ? exported : local) === name) return local
  }
  return undefined
}
