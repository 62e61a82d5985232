import { globalSlot } from '../runtime/registry.ts'

/** Keeps a request's resources until `work` is done, though the answer has been sent. */
export type WaitUntil = (work: Promise<unknown>) => void

interface HasWaitUntil {
  readonly waitUntil?: WaitUntil
}

interface RequestContext {
  get?(): HasWaitUntil | undefined
}

const nextContext: () => RequestContext | undefined = globalSlot<RequestContext>('@next/request-context')
const vercelContext: () => RequestContext | undefined = globalSlot<RequestContext>('@vercel/request-context')

/**
 * The `waitUntil` of the request that is being answered here and now.
 *
 * @see https://nextjs.org/docs/app/api-reference/functions/after for what Vercel and Next.js put there
 * @see https://developers.cloudflare.com/workers/runtime-apis/context/ for Cloudflare's
 */
export function currentWaitUntil(): WaitUntil | undefined {
  const context = nextContext() ?? vercelContext()
  const host = context === undefined ? cloudflareWorkers() : context.get?.()
  return typeof host?.waitUntil === 'function' ? (work) => host.waitUntil?.(work) : undefined
}

/** Asked of the runtime, for an import of it would stop every bundler that does not know this module. */
const cloudflareWorkers = (): HasWaitUntil | undefined =>
  process.getBuiltinModule('cloudflare:workers') as HasWaitUntil | undefined
