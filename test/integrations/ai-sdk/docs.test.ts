import { expect, test } from 'vitest'
import { tableInPage, versionsTable } from '../../support/versions-table.ts'
import { fixture, ways } from './matrix.ts'

test('the page names the versions that are tested (UPDATE_DOCS=1 writes them)', async () => {
  const table = await versionsTable(ways, 'ai', fixture)
  expect(await tableInPage('ai-sdk.md', table)).toBe(table)
})
