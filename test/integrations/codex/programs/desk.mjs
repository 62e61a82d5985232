// A thread of two turns, as an application writes it.
import { fileURLToPath } from 'node:url'
import { Codex } from '@openai/codex-sdk'
import { init } from 'turnspan'

init({ captureContent: true })

const codex = new Codex({ codexPathOverride: fileURLToPath(new URL('./replay.mjs', import.meta.url)) })
const thread = codex.startThread({ model: 'gpt-5' })
const { finalResponse } = await thread.run('everything')
await thread.run('again')
process.stdout.write(`${thread.id} ${finalResponse}\n`)
