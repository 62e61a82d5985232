import { continueTrace, init, withAgent, withTool } from 'turnspan'
import { askModel } from './model.js'
import { Worker } from './queue.js'

init({ captureContent: true, serviceName: 'researcher' })

const worker = new Worker(
  'research',
  (job) =>
    // Each attempt is a span of its own below the turn, as it was work of its own.
    continueTrace(job.data.context, () =>
      withAgent(
        { agent: 'researcher', input: job.data.question, attributes: { 'job.attempt': job.attemptsMade } },
        async () => {
          const suppliers = await withTool(
            { tool: 'search_suppliers', arguments: { day: 'Sunday' } },
            async () => {
              if (job.attemptsMade === 1) throw new Error('The catalogue is locked.')
              return ['Ada & Sons', 'Night Bakery']
            },
          )
          await askModel(`Are these all? ${suppliers}`, { inputTokens: 300, outputTokens: 60 })
          return `On Sundays: ${suppliers.join(', ')}`
        },
      ),
    ),
  { dir: process.argv[2] },
)
await worker.drain()
