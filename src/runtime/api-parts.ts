import type { Api } from './api-copies.ts'

/** The files of each format in the package: 1.9 has one for `import` and `require`; 1.10 has two, which are two copies. */
const FORMATS = ['build/src/*-api.js', 'dist/*-api.mjs', 'dist/*-api.cjs'] as const

const PARTS = ['trace', 'context', 'propagation'] as const

/**
 * Loads the three files of each copy of the API in `folder` that we need: the whole of one is fifty files, and these three
 * do without half of them. Whoever loads the rest gets these very three.
 *
 * @param late - called with a copy that cannot be had at once, or is another one than `require` gives: loaders like
 * tsx give `require` a copy of an ES module of its own
 * @returns none where this version of the API has other files
 */
export function loadParts(
  folder: string,
  load: (path: string) => unknown,
  late: (copy: Api) => void,
): readonly Api[] {
  // Not by `import`: what the core has in common with this entry would become files of their own.
  const { existsSync } = process.getBuiltinModule('node:fs')
  return FORMATS.flatMap((format): Api[] => {
    const files = PARTS.map((part) => `${folder}/${format.replace('*', part)}`)
    if (!existsSync(files[0] ?? '')) return []
    if (format.endsWith('.mjs')) void importParts(files).then(late, () => undefined)
    try {
      return [together(files.map(load))]
    } catch {
      return []
    }
  })
}

async function importParts(files: readonly string[]): Promise<Api> {
  const { pathToFileURL } = process.getBuiltinModule('node:url')
  return together(await Promise.all(files.map((file) => import(pathToFileURL(file).href))))
}

const together = (parts: readonly unknown[]): Api => Object.assign({}, ...(parts as object[])) as Api
