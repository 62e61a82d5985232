import { diagnoseOnce } from '../runtime/diagnostics.ts'

/** Why nothing is traced in this build. */
export const REASON =
  "this is turnspan's build for browsers and edge runtimes, which traces nothing; it traces in Node.js, Bun, Deno and Cloudflare Workers (with nodejs_compat), and a route of Next.js runs in Node.js with: export const runtime = 'nodejs'"

/** Says once that what was asked for does not happen here, and where it does. */
export function sayNotHere(asked: string): void {
  diagnoseOnce('warn', 'TS_RUNTIME', `${asked} has no effect: ${REASON}.`)
}
