import { spawn } from 'node:child_process'
import { ensureDependencies, environment, root, shell } from './deps.mjs'

/** `node scripts/with-deps.mjs <command> [...arguments]`: installs what is missing, then runs the command. */
const [command, ...args] = process.argv.slice(2)
if (!command) {
  process.stderr.write('Usage: node scripts/with-deps.mjs <command> [...arguments]\n')
  process.exit(2)
}
if (!ensureDependencies()) {
  process.stderr.write('npm ci failed; its messages are above.\n')
  process.exit(1)
}
const child = spawn(command, args, { cwd: root, env: environment(), stdio: 'inherit', shell })
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
child.on('error', (error) => {
  process.stderr.write(`${command}: ${error.message}\n`)
  process.exitCode = 127
})
child.on('exit', (code, signal) => {
  if (signal) process.kill(process.pid, signal)
  else process.exitCode = code ?? 1
})
