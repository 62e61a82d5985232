import { writeFileSync } from 'node:fs'
import { onDiagnostic } from '../../src/index.ts'
import { diagnose } from '../../src/runtime/diagnostics.ts'

/** Says two things, as a program whose stderr may be out of order; the file named by the first argument says it lives. */
const [file = '', through] = process.argv.slice(2)
let told = 0
onDiagnostic(() => {
  told += 1
})
// Somebody who listens in, as test runners and process managers do: then it is the stream that is written to.
if (through === 'stream') {
  const { write } = process.stderr
  process.stderr.write = (...args: unknown[]) => Reflect.apply(write, process.stderr, args) as boolean
}
diagnose('warn', 'TS_PROBE', 'the first')
setTimeout(() => {
  diagnose('warn', 'TS_PROBE', 'the second', {}, 'second')
  setTimeout(() => writeFileSync(file, String(told)), 50)
}, 50)
