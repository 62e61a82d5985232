import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import ts from 'typescript'
import { cyclesIn } from './cycles.ts'
import { type Import, objection } from './rooms.ts'

/**
 * `npm run lint`: fails when an import in a source folder (default `src`) goes against the order of the rooms, and when
 * files import one another in a circle.
 */
const src = join(process.cwd(), process.argv[2] ?? 'src')
const posix = (path: string): string => path.split(sep).join('/')

function importsOf(file: string): Import[] {
  const { importedFiles } = ts.preProcessFile(readFileSync(join(src, file), 'utf8'), true, true)
  return importedFiles
    .filter(({ fileName }) => fileName.startsWith('.'))
    .map(({ fileName }) => ({
      from: posix(file),
      to: posix(relative(src, join(src, dirname(file), fileName))),
    }))
}

const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
const found = files.flatMap(importsOf)
const wrong = found.flatMap((one) => {
  const why = objection(one)
  return why === undefined ? [] : [`src/${one.from} imports src/${one.to}: ${why}`]
})
const cycles = cyclesIn(found)
for (const line of wrong) console.error(line)
for (const cycle of cycles) console.error(`src/${cycle.join(', src/')} import one another in a circle`)
console.error(
  `${found.length} imports between ${files.length} files, ${wrong.length} against the order of the rooms, ${cycles.length} circles`,
)
process.exitCode = wrong.length + cycles.length > 0 || files.length === 0 ? 1 : 0
