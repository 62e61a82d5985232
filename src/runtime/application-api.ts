import { apiFolder } from './api-folder.ts'
import { type Api, loadApi } from './otel-api.ts'
import { ownFile } from './own-file.ts'

/**
 * The application's copy of OpenTelemetry's API, loaded when it is first asked for.
 *
 * @param arrived - called when there is no way to have it at once, and it came later
 * @returns `undefined` where it cannot be had at once
 */
export function applicationApi(arrived?: () => void): Api | undefined {
  return loadApi(() => apiFolder(ownFile()), arrived)
}
