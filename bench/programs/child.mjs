import { writeSync } from 'node:fs'

/**
 * One contender in one workload: `node child.mjs '<job>'`. What was measured is written to file descriptor 3, so that
 * nothing that a contender prints gets in between. Imports only what every contender's process has loaded anyway:
 * the import of the contender is itself a figure.
 */
const RESULTS = 3

const job = JSON.parse(process.argv[2])
const { run } = await import(`./workloads/${job.workload}.mjs`)

async function open() {
  const { start } = await import(`./contenders/${job.program}.mjs`)
  return start({ endpoint: job.endpoint, ...job.options })
}

let failed = false
process.on('exit', () => {
  if (failed) process.exitCode = 1
})

try {
  writeSync(RESULTS, JSON.stringify(await run(open, job)))
} catch (error) {
  failed = true
  process.stderr.write(`${error.stack}\n`)
}
process.exit()
