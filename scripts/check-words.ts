import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { wordsIn } from './words.ts'

/** `npm run lint`: fails when the sources or the pages use words of our own where the field has standard ones. */
const PLACES = ['src', 'docs', 'README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md']
const GENERATED = /^docs[\\/]api(?:-report)?[\\/]/

const filesIn = (place: string): string[] =>
  place.endsWith('.md')
    ? [place]
    : readdirSync(place, { recursive: true, encoding: 'utf8' })
        .map((name) => join(place, name))
        .filter((path) => /\.(?:ts|md)$/.test(path) && !GENERATED.test(path))

const files = PLACES.flatMap(filesIn)
const found = files.flatMap((path) => wordsIn(readFileSync(path, 'utf8')).map((one) => ({ path, ...one })))
for (const { path, line, found: word, instead } of found) {
  console.error(`${path}:${line}: "${word}": say "${instead}"`)
}
console.error(`${files.length} files, ${found.length} words that are not used here`)
process.exitCode = found.length > 0 || files.length === 0 ? 1 : 0
