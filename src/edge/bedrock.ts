/**
 * `turnspan/bedrock` where there is no Node.
 *
 * @packageDocumentation
 */
import type { Uninstrument } from '../integrations/base/index.ts'
import { leaveAlone } from './leave-alone.ts'

export const instrumentBedrock: (copy?: unknown, options?: unknown) => Uninstrument =
  leaveAlone('instrumentBedrock')
