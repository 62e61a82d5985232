import { expect, test } from 'vitest'
import { tableInPage, versionsTable } from '../../support/versions-table.ts'
import { fixture, ways } from './matrix.ts'

test('the page names the versions that are tested', async () => {
  const table = await versionsTable(ways, '@google/genai', fixture)
  expect(await tableInPage('google-genai.md', table)).toBe(table)
})
