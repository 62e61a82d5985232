import { init } from 'turnspan'
import { turnspanCalls } from '../turnspan-calls.mjs'

/** turnspan with its own provider: one call of `init`, content on. */
export function start({ endpoint, gzip, spool, limits }) {
  const status = init({
    endpoint,
    protocol: 'http/protobuf',
    captureContent: true,
    serviceName: 'bench',
    ...(gzip && { compression: 'gzip' }),
    ...(spool && { spool: { dir: spool } }),
    ...(limits && { limits }),
  })
  if (!status.enabled || (spool && status.reason)) return { unavailable: status.reason }
  return turnspanCalls
}
