/**
 * Source of the exit worker, for applications whose bundler swallowed this package: nothing stands beside their one
 * file that could be started. Empty here and in an installed package, which has the worker as a file; in the build,
 * package.json puts `exit-embedded.ts` in this module's place for bundlers (`#exit-worker`).
 */
export const exitSource: string = ''
