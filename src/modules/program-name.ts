import { sep } from 'node:path'
import { packageOfFile } from './manifest.ts'
import { programFiles } from './program-files.ts'

let known: { readonly name: string | undefined } | undefined

/**
 * What the program calls itself: the name in the nearest `package.json` above a file of its own. `undefined` where none of
 * its files is in a package of that kind.
 */
export function programName(): string | undefined {
  known ??= { name: find() }
  return known.name
}

function find(): string | undefined {
  // What lies among installed packages is a tool that runs the program.
  const own = programFiles().filter((file) => !file.split(sep).includes('node_modules'))
  for (const file of own) {
    const name = packageOfFile(file)?.manifest.name
    if (typeof name === 'string' && name !== '') return name
  }
  return undefined
}
