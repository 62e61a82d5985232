import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { fixtureVersion } from './integrations.ts'

/** One way in which a package is tested. */
export interface TestedWay {
  readonly set: string
  readonly node: number
  readonly modules: string
}

const START = '<!-- versions -->'
const END = '<!-- /versions -->'

/** The table of versions that a page of docs/integrations has between its two marks, made of the test matrix. */
export async function versionsTable(
  ways: readonly TestedWay[],
  name: string,
  fixture: (set: string) => string,
): Promise<string> {
  const versions = new Map<string, string[]>()
  for (const { set, node, modules } of ways) {
    const version = await fixtureVersion(fixture(set), name)
    const way = `Node ${node} ${modules === 'esm' ? 'ESM' : 'CommonJS'}`
    const known = versions.get(version) ?? []
    if (!known.includes(way)) versions.set(version, [...known, way])
  }
  const rows = [...versions]
    .toSorted(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }))
    .map(([version, list]) => `| ${version} | ${list.toSorted().join(', ')} |`)
  return [`| \`${name}\` | on |`, '|---|---|', ...rows].join('\n')
}

/** What stands between the marks of that page; with `UPDATE_DOCS` set, `table` is put there first. */
export async function tableInPage(page: string, table: string): Promise<string> {
  const path = fileURLToPath(new URL(`../../docs/integrations/${page}`, import.meta.url))
  const text = await readFile(path, 'utf8')
  const [before, rest] = text.split(START)
  const [, after] = rest?.split(END) ?? []
  if (before === undefined || after === undefined)
    throw new Error(`${page} has no place for the table: ${START} and ${END}`)
  if (process.env.UPDATE_DOCS) await writeFile(path, `${before}${START}\n${table}\n${END}${after}`)
  const now = await readFile(path, 'utf8')
  return now.slice(now.indexOf(START) + START.length, now.indexOf(END)).trim()
}
