import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { sdkSets } from './sdk.ts'

test('the page names the versions that are tested', async () => {
  const page = await readFile(new URL('../../../docs/integrations/mcp.md', import.meta.url), 'utf8')
  const rows = [...page.matchAll(/^\| `(@modelcontextprotocol\/\w+)` \| (\S+) \|/gm)].map(
    ([, name, version]) => `${name} ${version}`,
  )
  const tested = await Promise.all(
    sdkSets.map(async (set) => {
      const fixture = new URL(`fixtures/${set}/package.json`, import.meta.url)
      const { dependencies } = JSON.parse(await readFile(fixture, 'utf8')) as {
        dependencies: Record<string, string>
      }
      const names = Object.keys(dependencies).filter((name) => /\/(sdk|client|server)$/.test(name))
      return names.map((name) => `${name} ${dependencies[name]}`)
    }),
  )
  expect(rows).toEqual(tested.flat())
})
