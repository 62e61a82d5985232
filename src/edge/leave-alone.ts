import type { Uninstrument } from '../integrations/base/index.ts'
import { sayNotHere } from './runtime.ts'

/** The function of an integration that leaves its package as it is, and says so. */
export const leaveAlone = (name: string) => (): Uninstrument => {
  sayNotHere(`${name}()`)
  return () => {}
}
