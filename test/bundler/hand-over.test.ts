import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type HandOver, withLine } from '../../src/bundler/hand-over.ts'
import { turnspanRollupPlugin } from '../../src/bundler/index.ts'
import { createRecogniser, type TracedFile } from '../../src/bundler/recognise.ts'

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'turnspan-recognise-'))
})
afterAll(() => rm(root, { recursive: true, force: true }))

async function put(path: string, content: object | string): Promise<string> {
  const file = join(root, 'node_modules', path)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content))
  return file
}

const found = (path: string): TracedFile | undefined =>
  createRecogniser(undefined)(join(root, 'node_modules', path))

describe('a file is recognised', () => {
  it('by every condition of the exports of its package', async () => {
    await put('@google/genai/package.json', {
      name: '@google/genai',
      version: '3.0.0',
      type: 'module',
      exports: {
        '.': {
          browser: './dist/web/index.mjs',
          node: {
            types: './dist/node.d.ts',
            import: './dist/node/index.mjs',
            require: './dist/node/index.cjs',
          },
          default: './dist/index.mjs',
        },
      },
    })
    const files = ['web/index.mjs', 'node/index.mjs', 'node/index.cjs', 'index.mjs']
    for (const file of files)
      expect(found(`@google/genai/dist/${file}`)).toMatchObject({ subpath: '.', version: '3.0.0' })
    for (const file of ['node.d.ts', 'other.mjs', 'node/other.cjs'])
      expect(found(`@google/genai/dist/${file}`)).toBeUndefined()
  })

  it('by a pattern of its exports, and where a folder inside says the format', async () => {
    const name = '@modelcontextprotocol/sdk'
    const exports = { './*': { import: './dist/esm/*', require: './dist/cjs/*' } }
    await put(`${name}/package.json`, { name, version: '1.10.2', type: 'module', exports })
    await put(`${name}/dist/cjs/package.json`, { type: 'commonjs' })
    expect(found(`${name}/dist/esm/client/index.js`)).toMatchObject({
      subpath: './client/index.js',
      type: 'module',
    })
    expect(found(`${name}/dist/cjs/server/mcp.js`)).toMatchObject({
      subpath: './server/mcp.js',
      type: 'commonjs',
    })
    expect(found(`${name}/dist/esm/client/stdio.js`)).toBeUndefined()
  })

  it('without exports, below another package, and under another name', async () => {
    const manifest = { name: 'openai', version: '3.3.0', main: './dist/index' }
    await put('agent/node_modules/openai/package.json', manifest)
    await put('openai-3/package.json', manifest)
    expect(found('agent/node_modules/openai/dist/index.js')).toMatchObject({ subpath: '.' })
    expect(found('openai-3/dist/index.js')).toMatchObject({ package: 'openai' })
    expect(found('openai-3/dist/index.js?commonjs-es-import')).toMatchObject({ version: '3.3.0' })
  })

  it('only in installed packages, and only of integrations that are asked for', async () => {
    const manifest = { name: 'ai', version: '7.0.0', exports: './dist/index.js' }
    const file = await put('ai/package.json', manifest)
    expect(found('ai/dist/index.js')).toMatchObject({ subpath: '.' })
    expect(createRecogniser(['openai'])(join(dirname(file), 'dist/index.js'))).toBeUndefined()
    await writeFile(join(root, 'package.json'), JSON.stringify(manifest))
    expect(createRecogniser(undefined)(join(root, 'dist/index.js'))).toBeUndefined()
  })
})

const OPENAI: TracedFile = {
  package: 'openai',
  version: '7.0.0',
  subpath: '.',
  integration: 'openai',
  instrument: 'instrumentOpenAI',
  companion: false,
  type: undefined,
} as TracedFile

/** What is appended. */
const handOverLine = (file: TracedFile, path: string, source: string, how: HandOver): string => {
  const text = withLine(file, path, source, how)
  expect(text.startsWith(source)).toBe(true)
  return text.slice(source.length)
}

/** What a module with that line hands over. */
async function handedBy(path: string, source: string): Promise<unknown[]> {
  const file = await put(path, source + handOverLine(OPENAI, path, source, 'exports'))
  const modules: unknown[] = []
  const slot = Symbol.for('turnspan.modules.1')
  const host = globalThis as Record<symbol, unknown>
  const before = host[slot]
  host[slot] = modules
  try {
    await import(file)
  } finally {
    host[slot] = before
  }
  return modules
}

describe('the line that is appended', () => {
  const known = { package: 'openai', version: '7.0.0', subpath: '.', file: undefined }

  it('hands over the namespace of an ES module, with what is exported by whatever form', async () => {
    const source = 'export const a = 1\nexport { a as b }\nexport default class OpenAI {}\n// the end'
    const [module] = await handedBy('forms/index.mjs', source)
    expect(module).toMatchObject({ ...known, exports: { a: 1, b: 1, default: expect.any(Function) } })
  })

  it('hands over what a CommonJS module exports in its last line', async () => {
    const source = '"use strict"\nexports = module.exports = class OpenAI {}\nexports.a = 1 // the end'
    const [module] = await handedBy('forms/index.cjs', source)
    expect(module).toMatchObject({ ...known, exports: expect.any(Function) })
  })

  it('is a line of its own after the comment that names the source map', () => {
    const source = 'export {}\n//# sourceMappingURL=index.mjs.map'
    expect(handOverLine(OPENAI, '/app/index.mjs', source, 'exports')).toMatch(/^\n/)
  })

  it('is appended once, however often it is asked for', () => {
    for (const how of ['bundled', 'exports', 'name'] as const) {
      const source = `export {}${handOverLine(OPENAI, '/app/index.mjs', 'export {}', how)}`
      expect(handOverLine(OPENAI, '/app/index.mjs', source, 'exports')).toBe('')
    }
  })

  it('imports nothing where only the name is handed over, and says nothing of what goes along', () => {
    expect(handOverLine(OPENAI, '/app/index.mjs', 'export {}', 'name')).not.toMatch(/import|exports/)
    expect(handOverLine({ ...OPENAI, companion: true }, '/app/index.mjs', 'export {}', 'name')).toBe('')
  })
})

describe('the plugin for Rollup', () => {
  it('appends, keeps the source map, and leaves alone what Vite builds for the browser', async () => {
    const file = await put('openai/index.mjs', 'export class OpenAI {}')
    await put('openai/package.json', { name: 'openai', version: '7.0.0', exports: './index.mjs' })
    const { handler } = turnspanRollupPlugin().transform
    const code = 'export class OpenAI {}'
    const made = handler(code, file)
    expect(made).toMatchObject({ map: null, moduleSideEffects: true })
    expect(made?.code.startsWith(`${code}\n`)).toBe(true)
    expect(handler(code, file, { ssr: false })).toBeNull()
    expect(handler(code, join(dirname(file), 'error.mjs'))).toBeNull()
  })
})
