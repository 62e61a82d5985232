import { expect, test } from 'vitest'
import { tableInPage, versionsTable } from '../../support/versions-table.ts'
import { fixture, ways } from './matrix.ts'

test('the page names the versions that are tested', async () => {
  const table = await versionsTable(ways, 'ollama', fixture)
  expect(await tableInPage('ollama.md', table)).toBe(table)
})
