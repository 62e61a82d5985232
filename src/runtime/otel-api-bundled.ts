import * as api from '@opentelemetry/api'
import type { Api } from './api-copies.ts'

/** What stands in the place of `otel-api.ts` in a bundled application: whatever copy the bundler finds for us. */
export function loadApi(): readonly Api[] {
  return [api]
}
