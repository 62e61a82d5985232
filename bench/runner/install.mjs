import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { installed } from './sandbox.mjs'

/** Packages and megabytes that each contender brings into an application. */
export function installSizes(contenders, sandbox) {
  const seen = new Map()
  for (const { name, packages, turnspan, kind } of contenders) {
    if (kind === 'floor' || kind === 'off' || seen.has(`${packages}${turnspan}`)) continue
    const dir = installed(packages)
    const lock = JSON.parse(readFileSync(join(dir, 'package-lock.json'), 'utf8'))
    const listed = Object.entries(lock.packages).filter(([path, { optional }]) => path !== '' && !optional)
    const own = turnspan ? bytesIn(join(sandbox.app({ packages, turnspan }), 'node_modules', 'turnspan')) : 0
    seen.set(`${packages}${turnspan}`, {
      name,
      packages: listed.length + (turnspan ? 1 : 0),
      mb: (bytesIn(join(dir, 'node_modules')) + own) / 1e6,
    })
  }
  return [...seen.values()]
}

function bytesIn(dir) {
  let bytes = 0
  for (const entry of readdirSync(dir, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) bytes += statSync(join(entry.parentPath, entry.name)).size
  }
  return bytes
}
