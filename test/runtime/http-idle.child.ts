import { request } from '../../src/runtime/http.ts'

// Prints how long the process lived on after its last request was answered.
await request(String(process.argv[2]), { timeoutMs: 30_000 })
const answeredAt = performance.now()
process.once('exit', () => {
  process.stdout.write(JSON.stringify({ idleMs: performance.now() - answeredAt }))
})
