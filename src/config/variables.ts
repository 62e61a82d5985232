import type { Described, Variable } from './variable.ts'
import { VARIABLE_ACCEPTS, type VariableName } from './variable-names.ts'
import { MLFLOW_VARIABLES } from './variables-mlflow.ts'
import { OTLP_VARIABLES } from './variables-otlp.ts'
import { PROXY_VARIABLES } from './variables-proxy.ts'
import { SDK_VARIABLES } from './variables-sdk.ts'

/** A {@link Variable} with its name. */
export interface NamedVariable extends Variable {
  readonly name: VariableName
}

/** Every environment variable that turnspan reads, in the order of the documentation. */
export function environmentVariables(): readonly NamedVariable[] {
  const all: Readonly<Record<VariableName, Described>> = {
    ...OTLP_VARIABLES,
    ...PROXY_VARIABLES,
    ...MLFLOW_VARIABLES,
    ...SDK_VARIABLES,
  }
  return (Object.keys(all) as VariableName[]).map((name) => ({
    name,
    accepts: VARIABLE_ACCEPTS[name],
    ...all[name],
  }))
}
