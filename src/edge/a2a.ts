/**
 * `turnspan/a2a` where there is no Node.
 *
 * @packageDocumentation
 */
import type { Uninstrument } from '../integrations/base/index.ts'
import { leaveAlone } from './leave-alone.ts'

export const instrumentA2A: (copy?: unknown, options?: unknown) => Uninstrument = leaveAlone('instrumentA2A')
