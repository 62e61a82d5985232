import { chmodSync, existsSync } from 'node:fs'
import { copyFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cached, progress } from './cache.ts'
import { run } from './run.ts'

/** Pinned releases of the npm package `node`: the oldest that is supported, the long-term lines, the newest. */
export const nodeVersions = {
  20: '20.20.2',
  22: '22.23.3',
  24: '24.21.0',
  26: '26.10.0',
} as const

/** A line of {@link nodeVersions}. */
export type NodeLine = keyof typeof nodeVersions

/** Path of the Node binary of that line, fetched at the first call on a machine. */
export async function nodeBinary(line: NodeLine): Promise<string> {
  const version = nodeVersions[line]
  const name = `node-${version}-${process.platform}-${process.arch}`
  const dir = await cached(name, async (target) => {
    await writeFile(join(target, 'package.json'), '{"private":true}')
    await run('npm', ['install', '--no-audit', '--no-fund', '--no-save', `node@${version}`], {
      cwd: target,
      onProgress: (text) => progress(`${name}: ${text}`),
    })
    const source = join(target, 'node_modules', 'node', 'bin', 'node')
    if (!existsSync(source)) throw new Error(`the npm package node@${version} brought no ${source}`)
    await copyFile(source, join(target, 'node'))
    chmodSync(join(target, 'node'), 0o755)
    // The rest is headers and a second npm: 70 MB that nobody reads.
    await rm(join(target, 'node_modules'), { recursive: true })
    const said = (await run(join(target, 'node'), ['--version'])).trim()
    if (said !== `v${version}`) throw new Error(`node@${version} says it is ${said}`)
  })
  return join(dir, 'node')
}

/** All lines with their binaries. */
export async function nodeBinaries(): Promise<{ line: NodeLine; version: string; path: string }[]> {
  const lines = Object.keys(nodeVersions).map((key) => Number(key) as NodeLine)
  const all: { line: NodeLine; version: string; path: string }[] = []
  for (const line of lines) all.push({ line, version: nodeVersions[line], path: await nodeBinary(line) })
  return all
}
