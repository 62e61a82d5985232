/**
 * `turnspan/google-adk` where there is no Node.
 *
 * @packageDocumentation
 */
import type { Uninstrument } from '../integrations/base/index.ts'
import { leaveAlone } from './leave-alone.ts'

export const instrumentGoogleAdk: (copy?: unknown) => Uninstrument = leaveAlone('instrumentGoogleAdk')
