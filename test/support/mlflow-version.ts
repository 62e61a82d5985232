import { pythonFolder, venvPython } from './python.ts'
import { testSetting } from './settings.ts'

/** Versions of MLflow that tests run against, the newest first. */
export const MLFLOW_VERSIONS = ['3.18.0', '3.17.2', '3.6.0'] as const

export type MlflowVersion = (typeof MLFLOW_VERSIONS)[number]

/** A Python that has MLflow. */
export interface MlflowPython {
  readonly command: string
  readonly env: Readonly<Record<string, string>>
}

// The one whose dependencies the venv has. The others run with these, too.
const WITH_DEPENDENCIES = '3.17.2'
/** What a version needs in another version than that one has. */
const MORE: Partial<Record<MlflowVersion, readonly string[]>> = { '3.6.0': ['SQLAlchemy==2.0.44'] }

/** The version that this run is about: `TURNSPAN_TEST_MLFLOW`, else the newest. */
export function mlflowVersion(): MlflowVersion {
  const wanted = testSetting('MLFLOW')
  if (wanted === undefined) return MLFLOW_VERSIONS[0]
  const found = MLFLOW_VERSIONS.find((version) => version === wanted)
  if (found === undefined)
    throw new Error(`TURNSPAN_TEST_MLFLOW is "${wanted}"; known are ${MLFLOW_VERSIONS.join(', ')}.`)
  return found
}

/** Python with MLflow, made at the first call on a machine (about a minute). */
export async function mlflowPython(version = mlflowVersion()): Promise<MlflowPython> {
  const command = await venvPython(`mlflow-${WITH_DEPENDENCIES}`, 'requirements-mlflow.txt')
  if (version === WITH_DEPENDENCIES) return { command, env: {} }
  const folder = await pythonFolder(command, [`mlflow==${version}`, ...(MORE[version] ?? [])])
  // The packages beside it keep their version, which only brings a warning: this folder holds all modules of theirs.
  return { command, env: { PYTHONPATH: folder, PYTHONWARNINGS: 'ignore::UserWarning' } }
}
