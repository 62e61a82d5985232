// Every form in which a program calls the AI SDK. Each probe returns and notes what it saw.
import { agentProbes } from './agent-probes.mjs'
import { errorProbes } from './error-probes.mjs'
import { objectProbes } from './object-probes.mjs'
import { streamProbes } from './stream-probes.mjs'
import { textProbes } from './text-probes.mjs'

// The AI SDK prints what a provider does not support.
globalThis.AI_SDK_LOG_WARNINGS = false

export const probes = [...textProbes, ...errorProbes, ...streamProbes, ...objectProbes, ...agentProbes]
