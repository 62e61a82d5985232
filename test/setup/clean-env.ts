import { configuresTracing } from '../support/run.ts'

/** Takes what configures tracing out of this process, before the test workers inherit it. */
export function cleanTestEnv(): void {
  for (const name of Object.keys(process.env)) {
    if (configuresTracing(name)) delete process.env[name]
  }
}
