import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** What `pattern` finds in the sources, sorted, each once. */
function inSources(pattern: RegExp): string[] {
  const files = readdirSync(`${root}src`, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  )
  const found = files.flatMap((name) => readFileSync(`${root}src/${name}`, 'utf8').match(pattern) ?? [])
  return [...new Set(found)].sort()
}

const page = readFileSync(`${root}docs/troubleshooting.md`, 'utf8')

describe('docs/troubleshooting.md', () => {
  it('explains every diagnostic of the sources once, and no other', () => {
    const explained = [...page.matchAll(/^\| `(TS_\w+)` \| [^|]+ \| [^|]+ \|$/gm)].map(([, code]) => code)
    expect(explained.toSorted()).toEqual(inSources(/(?<=')TS_[A-Z_]+(?=')/g))
  })

  it('names every code of the errors that are thrown', () => {
    const raised = inSources(/(?<=(super|Error)\(\s*')ERR_[A-Z_]+(?=')|(?<=readonly code = ')ERR_[A-Z_]+/g)
    expect(raised).toContain('ERR_CONFIG')
    for (const code of raised) expect(page).toContain(`\`${code}\``)
  })
})
