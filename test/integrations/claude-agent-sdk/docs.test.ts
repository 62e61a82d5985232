import { expect, test } from 'vitest'
import { tableInPage, versionsTable } from '../../support/versions-table.ts'
import { fixture, ways } from './matrix.ts'

test('the page names the versions that are tested', async () => {
  const table = await versionsTable(ways, '@anthropic-ai/claude-agent-sdk', fixture)
  expect(await tableInPage('claude-agent-sdk.md', table)).toBe(table)
})
