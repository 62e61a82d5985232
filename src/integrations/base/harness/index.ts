/** The harness contract, on which integrations of agent runtimes are built too. */
export { createHarness } from './create-harness.ts'
export { activeSpanOf } from './frame.ts'
export type * from './types.ts'
