/**
 * `turnspan/codex` where there is no Node.
 *
 * @packageDocumentation
 */
import type { Uninstrument } from '../integrations/base/index.ts'
import { leaveAlone } from './leave-alone.ts'

export const instrumentCodex: (copy?: unknown) => Uninstrument = leaveAlone('instrumentCodex')
