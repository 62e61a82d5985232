import type { TestProject } from 'vitest/node'
import { type MlflowServer, startMlflow } from '../support/mlflow.ts'
import { MLFLOW_VERSIONS } from '../support/mlflow-version.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The MLflow server that all tests of the project "e2e" share; workspaces are off. */
    mlflowUrl: string
  }
}

let server: MlflowServer | undefined

/** Starts the shared MLflow before the first end-to-end test. */
export async function setup(project: TestProject): Promise<void> {
  const version = MLFLOW_VERSIONS.find((one) => one === project.config.env.TESTS_OF_TURNSPAN_MLFLOW)
  server = await startMlflow(version && { version })
  project.provide('mlflowUrl', server.url)
}

/** Ends it after the last one. */
export async function teardown(): Promise<void> {
  await server?.stop()
}
