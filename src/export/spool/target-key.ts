import { createHash } from 'node:crypto'
import type { TargetConfig } from '../../config/config.ts'
import { KEY_LENGTH } from './header.ts'

/**
 * Names whom records are for: the receiver, and where in it they belong. Without credentials, so that what was
 * written before a token was rotated is delivered after it.
 *
 * @param serviceName - tells apart services whose experiment is named after them
 */
export function targetKey(target: TargetConfig, serviceName: string | undefined): string {
  const { mlflow } = target
  const named = mlflow.experimentId !== undefined || mlflow.experimentName !== undefined
  const parts = [
    // A query may hold a key.
    target.endpoint.replace(/[?#].*$/, ''),
    target.protocol,
    mlflow.experimentId ?? '',
    mlflow.experimentId === undefined ? (mlflow.experimentName ?? '') : '',
    named ? '' : (serviceName ?? ''),
    mlflow.workspace ?? '',
    mlflow.runId ?? '',
  ]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, KEY_LENGTH)
}
