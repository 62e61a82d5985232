import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { wordsIn } from '../../scripts/words.ts'
import { runIn } from './run-in.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

test.each([
  ['const MOST_SPANS = 3', 'MOST_SPANS'],
  ['/** A foreign span. */', 'foreign'],
  ['It is lost without a word.', 'without a word'],
  ['// The dearest part.', 'dearest'],
])('finds a word that is not used: %s', (text, found) => {
  expect(wordsIn(`one\n${text}`)).toMatchObject([{ line: 2, found }])
})

test('leaves alone what only looks like one', () => {
  expect(wordsIn('import { planes } from "./recommend.ts" // amended; MOSTLY_FREE; the bookshelf')).toEqual(
    [],
  )
})

test('the sources and pages use none of them', () => {
  const { status, output } = runIn(root, 'tsx', 'scripts/check-words.ts')
  expect(output).toContain(', 0 words')
  expect(status).toBe(0)
})
