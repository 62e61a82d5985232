import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { runExample } from './run-example.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const pages = [
  'README.md',
  ...readdirSync(`${root}docs`, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md') && !/^api[/\\-]/.test(name))
    .map((name) => `docs/${name}`),
]

interface Block {
  /** Page and line, for messages. */
  readonly place: string
  readonly code: string
}

/** The blocks of a page in the given language. */
function blocksOf(page: string, language: string): Block[] {
  const text = readFileSync(root + page, 'utf8')
  return [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)]
    .filter(([, fence]) => fence === language)
    .map((match) => ({
      place: `${page}:${text.slice(0, match.index).split('\n').length + 1}`,
      code: match[2] ?? '',
    }))
}

/** Each block as a module. One without imports has those of the blocks before it on its page, as a reader would. */
function modulesOf(page: string): Map<string, Block> {
  const modules = new Map<string, Block>()
  let imports = "import { init } from 'turnspan'"
  for (const [index, block] of blocksOf(page, 'ts').entries()) {
    const own = [...block.code.matchAll(/^import [\s\S]*? from '[^']+'$/gm)].map(([line]) => line)
    imports = own.length > 0 ? own.join('\n') : imports
    const code = own.length > 0 ? block.code : `${imports.replaceAll('\n', ' ')}; ${block.code}`
    // In the folder of the tests, so that packages are found.
    const file = `${root}test/examples/${page.replaceAll(/\W/g, '-')}-${index}.ts`
    modules.set(file, { place: block.place, code: `${code}\nexport {}\n` })
  }
  return modules
}

/** What TypeScript objects to, one line for each. */
function problemsIn(modules: ReadonlyMap<string, Block>): string[] {
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    lib: [
      'lib.es2023.d.ts',
      'lib.dom.d.ts',
      'lib.dom.iterable.d.ts',
      'lib.dom.asynciterable.d.ts',
      'lib.esnext.disposable.d.ts',
    ],
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    types: ['node'],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: true,
    noEmit: true,
    allowImportingTsExtensions: true,
    paths: {
      turnspan: [`${root}src/index.ts`],
      'turnspan/*': [`${root}src/*/index.ts`, `${root}src/integrations/*/index.ts`],
    },
  }
  const host = ts.createCompilerHost(options)
  const { fileExists, readFile, getSourceFile } = host
  host.fileExists = (file) => modules.has(file) || fileExists.call(host, file)
  host.readFile = (file) => modules.get(file)?.code ?? readFile.call(host, file)
  host.getSourceFile = (file, language, ...rest) => {
    const code = modules.get(file)?.code
    return code === undefined
      ? getSourceFile.call(host, file, language, ...rest)
      : ts.createSourceFile(file, code, language)
  }
  const program = ts.createProgram([...modules.keys()], options, host)
  return [...modules].flatMap(([file, block]) => {
    const source = program.getSourceFile(file)
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
      ({ messageText, start = 0 }) => {
        const line = block.code.slice(0, start).split('\n').length
        const [page, first] = block.place.split(':')
        return `${page}:${Number(first) + line - 1}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`
      },
    )
  })
}

describe('the code in the documentation', { timeout: 120_000 }, () => {
  it('type-checks against the package', () => {
    // The code of docs/testing.md is run, by test/testing/docs.test.ts.
    const checked = pages.filter((page) => page !== 'docs/testing.md')
    const modules = new Map(checked.flatMap((page) => [...modulesOf(page)]))
    expect(modules.size).toBeGreaterThan(20)
    expect(problemsIn(modules)).toEqual([])
  })

  it('would be refused with a mistake in it', () => {
    const code = "import { init } from 'turnspan'\ninit({ captureContents: true })\n"
    const file = `${root}test/examples/mistake.ts`
    expect(problemsIn(new Map([[file, { place: 'page.md:1', code }]]))).toEqual([
      expect.stringMatching(/^page\.md:2: .*captureContents/),
    ])
  })

  it('shows the tree that the quickstart prints', async () => {
    const [shown] = blocksOf('README.md', 'text')
    const { stderr } = await runExample('quickstart/index.js')
    const constant = (text: string): string =>
      text.replace(/^trace [0-9a-f]{32}/m, 'trace').replace(/\d+(\.\d+)? ms/g, 'ms')
    expect(constant(shown?.code ?? '')).toBe(constant(stderr))
  })
})

describe('the links and paths in the documentation', () => {
  it('lead to files that are there', () => {
    const broken = [...pages, 'CONTRIBUTING.md', 'examples/README.md'].flatMap((page) =>
      [...readFileSync(root + page, 'utf8').matchAll(/\]\((?!https?:)([^)#]+)(#[^)]*)?\)/g)]
        .map((match) => fileURLToPath(new URL(match[1] ?? '', `file://${root}${page}`)))
        .filter((path) => !ts.sys.fileExists(path) && !ts.sys.directoryExists(path))
        .map((path) => `${page}: ${path.slice(root.length)}`),
    )
    expect(broken).toEqual([])
  })

  it('name sources that are there', () => {
    const missing = pages.flatMap((page) =>
      [...readFileSync(root + page, 'utf8').matchAll(/`((?:src|test|scripts|examples|docs)\/[\w./-]+)`/g)]
        .map((match) => match[1] ?? '')
        .filter((path) => !ts.sys.fileExists(root + path) && !ts.sys.directoryExists(root + path))
        .map((path) => `${page}: ${path}`),
    )
    expect(missing).toEqual([])
  })
})
