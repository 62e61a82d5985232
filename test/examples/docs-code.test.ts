import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { asModules, type Block, blocksOf, pages, root } from './pages.ts'
import { runExample } from './run-example.ts'

/** Each block as a module in the folder of the tests, so that packages are found. */
function modulesOf(page: string): Map<string, Block> {
  return new Map(
    asModules(blocksOf(page, 'ts')).map(({ block, code }, index) => [
      `${root}test/examples/${page.replaceAll(/\W/g, '-')}-${index}.ts`,
      { ...block, code: `${code}\nexport {}\n` },
    ]),
  )
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
        return `${block.page}:${block.line + line - 1}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`
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
    expect(problemsIn(new Map([[file, { page: 'page.md', line: 1, language: 'ts', code }]]))).toEqual([
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

const REPOSITORY = 'https://github.com/turnspan/turnspan/blob/main/'

/** The anchors that GitHub gives the headings of a page. */
function headingsOf(page: string): string[] {
  const text = readFileSync(root + page, 'utf8').replaceAll(/^```[\s\S]*?^```$/gm, '')
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

describe('the links and paths in the documentation', () => {
  /** What a page links to in the repository, as paths from its root. */
  const linksOf = (page: string): string[] =>
    [...readFileSync(root + page, 'utf8').matchAll(/\]\(([^)#\s]+)(#[^)]*)?\)/g)]
      .map((match) => match[1] ?? '')
      .flatMap((link) => {
        if (link.startsWith(REPOSITORY)) return [link.slice(REPOSITORY.length)]
        if (/^[a-z]+:/.test(link)) return []
        return [fileURLToPath(new URL(link, `file://${root}${page}`)).slice(root.length)]
      })

  it('lead to files that are there', () => {
    const all = [
      ...pages,
      'CHANGELOG.md',
      'CONTRIBUTING.md',
      'SECURITY.md',
      'examples/README.md',
      'bench/README.md',
    ]
    const broken = all.flatMap((page) =>
      linksOf(page)
        .filter((path) => !existsSync(root + path))
        .map((path) => `${page}: ${path}`),
    )
    expect(broken).toEqual([])
    expect(linksOf('README.md').length).toBeGreaterThan(15)
  })

  it('lead to headings that are there', () => {
    const broken = pages.flatMap((page) =>
      [...readFileSync(root + page, 'utf8').matchAll(/\]\(([^)#\s]*)#([^)\s]+)\)/g)]
        .filter(([, link = '']) => !/^[a-z]+:/.test(link) || link.startsWith(REPOSITORY))
        .map(([, link = '', heading = '']): [string, string] => [
          link.startsWith(REPOSITORY)
            ? link.slice(REPOSITORY.length)
            : fileURLToPath(new URL(link || page.split('/').at(-1) || '', `file://${root}${page}`)).slice(
                root.length,
              ),
          heading,
        ])
        .filter(([path, heading]) => !headingsOf(path).includes(heading))
        .map(([path, heading]) => `${page}: ${path}#${heading}`),
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
