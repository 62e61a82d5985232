import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Root of the repository, with a slash. */
export const root: string = fileURLToPath(new URL('../../', import.meta.url))

/** Pages for users, without those that are written from the code. */
export const pages: readonly string[] = [
  'README.md',
  ...readdirSync(`${root}docs`, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md') && !/^api(-report)?[/\\]/.test(name))
    .map((name) => `docs/${name.replaceAll('\\', '/')}`)
    .sort(),
]

/** A block of code in a page. */
export interface Block {
  readonly page: string
  /** Number of its first line. */
  readonly line: number
  readonly language: string
  readonly code: string
}

/** The blocks of a page in the given languages. */
export function blocksOf(page: string, ...languages: readonly string[]): Block[] {
  const text = readFileSync(root + page, 'utf8')
  return [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)]
    .map((match) => ({
      page,
      line: text.slice(0, match.index).split('\n').length + 1,
      language: match[1] ?? '',
      code: match[2] ?? '',
    }))
    .filter(({ language }) => languages.includes(language))
}

/** Blocks as modules: one without imports has those of the block before it on its page, as a reader would. */
export function asModules(blocks: readonly Block[]): { readonly block: Block; readonly code: string }[] {
  let page = ''
  let imports = ''
  return blocks.map((block) => {
    if (block.page !== page) [page, imports] = [block.page, "import { init } from 'turnspan'"]
    const own = [...block.code.matchAll(/^import [\s\S]*? from '[^']+'$/gm)].map(([line]) => line)
    imports = own.length > 0 ? own.map((line) => line.replaceAll('\n', ' ')).join('; ') : imports
    return { block, code: own.length > 0 ? block.code : `${imports}; ${block.code}` }
  })
}
