import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** Files by their path: their text, or an object that becomes JSON; `link:<path>` is a link. */
export type Tree = Readonly<Record<string, string | object>>

/** A temporary folder with these files. */
export async function makeFolders(tree: Tree): Promise<{ dir: string; remove(): Promise<void> }> {
  const dir = await realpath(await mkdtemp(join(tmpdir(), 'turnspan-folders-')))
  for (const [path, content] of Object.entries(tree)) {
    const file = join(dir, path)
    await mkdir(dirname(file), { recursive: true })
    if (typeof content === 'string' && content.startsWith('link:')) {
      await symlink(join(dir, content.slice('link:'.length)), file)
    } else await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content))
  }
  return { dir, remove: () => rm(dir, { recursive: true, force: true }) }
}

/** A package as it lies in `node_modules`, with an ES module and a CommonJS module. */
export const packageTree = (dir: string, name: string, version: string): Tree => ({
  [join(dir, 'package.json')]: {
    name,
    version,
    exports: {
      '.': { import: './index.mjs', require: './index.js' },
      './*': { import: './*.mjs', require: './*.js' },
    },
  },
  [join(dir, 'index.mjs')]: 'export class OpenAI {}',
  [join(dir, 'index.js')]: 'exports.OpenAI = class OpenAI {}',
  [join(dir, 'client.mjs')]: 'export {}',
})
