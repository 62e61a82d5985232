import { expect, test } from 'vitest'
import { tableInPage, versionsTable } from '../../support/versions-table.ts'
import { fixture, ways } from './matrix.ts'

test('the page names the versions that are tested (UPDATE_DOCS=1 writes them)', async () => {
  const table = await versionsTable(ways, '@opencode-ai/sdk', fixture)
  expect(await tableInPage('opencode.md', table)).toBe(table)
})
