import type { TestProject } from 'vitest/node'
import { type MlflowServer, startMlflow } from '../support/mlflow.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The MLflow server that all tests of the project "e2e" share; workspaces are off. */
    mlflowUrl: string
  }
}

let server: MlflowServer | undefined

/** Starts the shared MLflow before the first end-to-end test. */
export async function setup(project: TestProject): Promise<void> {
  server = await startMlflow()
  project.provide('mlflowUrl', server.url)
}

/** Ends it after the last one. */
export async function teardown(): Promise<void> {
  await server?.stop()
}
