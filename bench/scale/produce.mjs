import { spawn } from 'node:child_process'
import { cpSync } from 'node:fs'
import { join } from 'node:path'

/** Runs the producer to its end; gives what it measured of itself. */
export function produce(sandbox, options) {
  const app = sandbox.app({ packages: 'api', turnspan: true })
  cpSync(join(import.meta.dirname, 'producer.mjs'), join(app, 'producer.mjs'))
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['producer.mjs', JSON.stringify(options)], {
      cwd: app,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let said = ''
    child.stdout.on('data', (chunk) => {
      said += chunk
    })
    child.on('error', reject)
    child.on('close', (code) =>
      code === 0 ? resolve(JSON.parse(said)) : reject(new Error(`The producer ended with code ${code}`)),
    )
  })
}
