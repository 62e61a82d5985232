import type { Environment } from './environment.ts'

/** A platform that freezes or ends a process between requests, and says so. */
export type Platform = 'vercel' | 'cloudflare' | 'lambda'

/** The serverless platform that this process runs on, by the marks that each puts there. */
export function detectPlatform(env: Environment): Platform | undefined {
  // Node has no navigator before version 21.
  if (typeof navigator === 'object' && navigator.userAgent === 'Cloudflare-Workers') return 'cloudflare'
  // Vercel's functions run on Lambda, and have its marks as well.
  if (env.VERCEL) return 'vercel'
  return env.AWS_LAMBDA_FUNCTION_NAME ? 'lambda' : undefined
}
