/**
 * Starts tracing from the environment before the application runs: `node --import turnspan/register app.js`.
 *
 * @packageDocumentation
 */
import { init } from '../setup/lifecycle.ts'

export type { Status } from '../setup/status.ts'

init()
