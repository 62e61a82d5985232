/**
 * Where a module that was rewritten leaves what puts another value in the place of an export: a `WeakMap` from the exported
 * function to a setter. What an ES module exports can be replaced from inside of it alone.
 */
export const LIVE_BINDINGS = 'turnspan.live-bindings.1'

/**
 * `source` with a line at its end by which it leaves a setter of `query`, where it is the Claude Agent SDK: the other packages
 * have classes whose methods can be replaced. Lines keep their numbers.
 *
 * Nothing is imported here: it may run in a thread of loader hooks, or in a bundler.
 */
export function withSetters(source: string, packageName: string): string {
  if (packageName !== '@anthropic-ai/claude-agent-sdk') return source
  const exported = source.slice(source.lastIndexOf('export'))
  const [, name = 'query'] = /([\w$]+) as query\b/.exec(exported) ?? []
  // Only what the module itself declares as a function can be assigned to.
  if (!/\bquery\s*[,}]/.test(exported) || !source.includes(`function ${name}(`)) return source
  return `${source}\n;(globalThis[Symbol.for("${LIVE_BINDINGS}")]??=new WeakMap()).set(${name},(value)=>{${name}=value});\n`
}
