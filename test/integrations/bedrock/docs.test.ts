import { expect, test } from 'vitest'
import { tableInPage, versionsTable } from '../../support/versions-table.ts'
import { fixture, library, ways } from './matrix.ts'

test('the page names the versions that are tested', async () => {
  const table = await versionsTable(ways, library, fixture)
  expect(await tableInPage('bedrock.md', table)).toBe(table)
})
