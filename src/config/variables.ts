import type { Variable } from './variable.ts'
import { MLFLOW_VARIABLES, type MlflowVariable } from './variables-mlflow.ts'
import { OTLP_VARIABLES, type OtlpVariable } from './variables-otlp.ts'
import { SDK_VARIABLES, type SdkVariable } from './variables-sdk.ts'

/** Name of an environment variable that turnspan reads. */
export type VariableName = OtlpVariable | MlflowVariable | SdkVariable

/** A {@link Variable} with its name. */
export interface NamedVariable extends Variable {
  readonly name: VariableName
}

/** Every environment variable that turnspan reads, in the order of the documentation. */
export function environmentVariables(): readonly NamedVariable[] {
  const all: Readonly<Record<VariableName, Variable>> = {
    ...OTLP_VARIABLES,
    ...MLFLOW_VARIABLES,
    ...SDK_VARIABLES,
  }
  return (Object.keys(all) as VariableName[]).map((name) => ({ name, ...all[name] }))
}

/** The variable named `name`. */
export function variable(name: VariableName): Variable {
  if (name in OTLP_VARIABLES) return OTLP_VARIABLES[name as OtlpVariable]
  if (name in MLFLOW_VARIABLES) return MLFLOW_VARIABLES[name as MlflowVariable]
  return SDK_VARIABLES[name as SdkVariable]
}
