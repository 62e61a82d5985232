import { expect, test } from 'vitest'
import { tableInPage, versionsTable } from '../../support/versions-table.ts'
import { fixture, ways } from './matrix.ts'

test('the page names the versions that are tested (UPDATE_DOCS=1 writes them)', async () => {
  const table = await versionsTable(ways, '@google/adk', fixture)
  expect(await tableInPage('google-adk.md', table)).toBe(table)
})
