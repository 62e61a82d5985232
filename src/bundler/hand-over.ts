import { realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { rewritten } from '../modules/import-hooks.ts'
import { ownFile } from '../runtime/own-file.ts'
import type { TracedFile } from './recognise.ts'

/**
 * How much a module hands over. `bundled`: its exports, and turnspan's code for them, which is so in the bundle where
 * the package is. `exports`: its exports alone, where turnspan's code is there anyway. `name`: only that it is there.
 */
export type HandOver = 'bundled' | 'exports' | 'name'

/**
 * The source of a module with a line at its end, with which it hands its exports over when it is loaded. The line does not
 * import what would have to run before: turnspan may come earlier, later, or never.
 */
export function withLine(file: TracedFile, path: string, source: string, how: HandOver): string {
  // Two rules can match one file, and a configuration can name a plugin twice.
  if (source.includes(SLOT)) return source
  const text = how === 'name' ? source : rewritten(source, file)
  return text + handOverLine(file, path, source, how)
}

function handOverLine(file: TracedFile, path: string, source: string, how: HandOver): string {
  const { package: name, version, subpath, type, integration, companion } = file
  const known = { package: name, version, subpath, file: undefined }
  const fields = Object.entries(known).map(([key, value]) => `${key}: ${JSON.stringify(value)}`)
  const push = (...more: string[]): string =>
    `;(${SLOT} ??= []).push({ ${[...fields, ...more].join(', ')} });\n`
  if (how === 'name') return companion ? '' : `\n${push()}`
  const module = isEsModule(path, source, type)
  const code = how === 'bundled' ? JSON.stringify(entryOf(integration, path, module)) : undefined
  if (!module) {
    const instrument = code === undefined ? [] : [`instrument: require(${code}).${file.instrument}`]
    return `\n${push('exports: module.exports', ...instrument)}`
  }
  const self = `import * as __turnspanExports from ${JSON.stringify(`./${basename(path)}`)};`
  if (code === undefined) return `\n${self}\n${push('exports: __turnspanExports')}`
  const instrument = `import { ${file.instrument} as __turnspanInstrument } from ${code};`
  return `\n${self}\n${instrument}\n${push('exports: __turnspanExports', 'instrument: __turnspanInstrument')}`
}

const SLOT = 'globalThis[Symbol.for("turnspan.modules.1")]'

function isEsModule(path: string, source: string, type: unknown): boolean {
  if (path.endsWith('.mjs')) return true
  if (path.endsWith('.cjs')) return false
  // Files that only bundlers read (`module` in package.json) do not say their format.
  return (
    type === 'module' || /^\s*(export\s*[{*]|export\s+(default|const|function|class|async)\b)/m.test(source)
  )
}

/** By its name where the file sees this very package by it, so that settings of the bundler for it hold; else by path. */
function entryOf(integration: string, path: string, module: boolean): string {
  const own = dirname(ownFile())
  try {
    const seen = createRequire(path).resolve(`turnspan/${integration}`)
    if (realpathSync(dirname(seen)) === realpathSync(own)) return `turnspan/${integration}`
  } catch {
    // It lies where the file does not look, as with pnpm.
  }
  return join(own, `${integration}.${module ? 'js' : 'cjs'}`)
}
