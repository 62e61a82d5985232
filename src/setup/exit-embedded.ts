/** Put in by the build: the exit worker, bundled to one script. */
declare const EXIT_WORKER: string | undefined

/** The source of the exit worker; empty where nothing was built. */
export const exitSource: string = typeof EXIT_WORKER === 'string' ? EXIT_WORKER : ''
