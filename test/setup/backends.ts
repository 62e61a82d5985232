import { jaeger, otelCollector } from '../support/go-build.ts'

/** Builds both backends before the first test: minutes that no test's own timeout should have to cover. */
export async function setup(): Promise<void> {
  await Promise.all([otelCollector(), jaeger()])
}
