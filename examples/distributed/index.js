// Two services, one trace: the desk asks the warehouse over HTTP, and the warehouse's spans stand below the desk's.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { init, injectHeaders, withAgent, withTool } from 'turnspan'

init({ captureContent: true, serviceName: 'desk' })

const program = fileURLToPath(new URL('warehouse.js', import.meta.url))
const warehouse = spawn(process.execPath, [...process.execArgv, program], {
  stdio: ['ignore', 'pipe', 'inherit'],
})
warehouse.on('exit', (code) => code && process.exit(code))
const [port] = await once(warehouse.stdout, 'data')

await withAgent({ agent: 'desk', sessionId: 's-1', user: 'u-1', input: 'Do you have tea?' }, () =>
  withTool({ tool: 'ask_warehouse', arguments: { item: 'tea' } }, async () => {
    // `baggage: true` hands on session and user too; without it only the trace goes along.
    const headers = injectHeaders(new Headers(), { baggage: true })
    const response = await fetch(`http://127.0.0.1:${String(port).trim()}/tea`, { headers })
    return response.text()
  }),
)
warehouse.kill()
