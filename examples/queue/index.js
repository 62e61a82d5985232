// A turn that goes on in another process: the agent puts the long part into a queue and answers at once. A worker takes it from
// there, whenever and wherever; its spans stand below the turn, with the same user, session and experiment.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { exportContext, flushTraces, init, newResponseId, tracingContext, withAgent } from 'turnspan'
import { askModel } from './model.js'
import { Queue } from './queue.js'

init({ captureContent: true, serviceName: 'desk' })

const dir = mkdtempSync(join(tmpdir(), 'turnspan-queue-'))
const queue = new Queue('research', { dir })
const question = 'Which of our suppliers deliver on Sundays?'

const turn = { agent: 'desk', responseId: newResponseId(), sessionId: 's-1', user: 'u-1', input: question }
const job = await tracingContext({ tags: { tenant: 'acme' }, metadata: { plan: 'pro' } }, () =>
  withAgent(turn, async (agent) => {
    await askModel('Can this be answered at once?', { inputTokens: 40, outputTokens: 5 })
    // Plain JSON, so it goes wherever the data of the job goes.
    const added = await queue.add('research', { question, context: exportContext() }, { attempts: 2 })
    agent.setOutputs('I will look into it.')
    return added
  }),
)
// The turn is over here, and its trace arrives as it is. The rest joins it later.
await flushTraces()

const program = fileURLToPath(new URL('worker.js', import.meta.url))
const worker = spawn(process.execPath, [...process.execArgv, program, dir], { stdio: 'inherit' })
const [code] = await once(worker, 'exit')
if (code !== 0) throw new Error(`The worker ended with ${code}.`)

console.log(queue.result(job.id))
rmSync(dir, { recursive: true })
