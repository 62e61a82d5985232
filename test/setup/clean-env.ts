import { configuresTracing, freshStateHome } from '../support/run.ts'
import { setSettingsAside } from '../support/settings.ts'

/** Takes what configures tracing out of this process, and what turnspan would take for that, before the test workers inherit it. */
export function cleanTestEnv(): void {
  setSettingsAside()
  for (const name of Object.keys(process.env)) {
    if (configuresTracing(name)) delete process.env[name]
  }
  process.env.XDG_STATE_HOME = freshStateHome()
}
