import { parameterNames } from './parameter-names.ts'

/**
 * The arguments of one call as an object keyed by parameter name, as MLflow's Python SDK records inputs. A
 * parameter without a name of its own is `arg0`, `arg1`, … by its position; a rest parameter is an array under
 * its name; surplus arguments are an array under `args`; parameters that got no argument are left out, and
 * defaults are not evaluated. A key that is taken already gets `_` appended, so that no argument is hidden.
 */
// biome-ignore lint/complexity/noBannedTypes: any callable will do, whatever its signature.
export function inputsOf(fn: Function, args: readonly unknown[]): Record<string, unknown> {
  const inputs: Record<string, unknown> = {}
  if (args.length === 0) return inputs
  const parameters = parameterNames(fn)
  const isNamed = (key: string): boolean => parameters?.some((parameter) => parameter.name === key) ?? false
  const given = (key: string): string => (isNamed(key) ? given(`${key}_`) : key)
  const declared = parameters?.length ?? args.length
  for (let index = 0; index < Math.min(declared, args.length); index += 1) {
    const parameter = parameters?.[index]
    const key = parameter?.name ?? given(`arg${index}`)
    if (parameter?.rest) {
      put(inputs, key, args.slice(index))
      return inputs
    }
    put(inputs, key, args[index])
  }
  if (args.length > declared) put(inputs, given('args'), args.slice(declared))
  return inputs
}

function put(inputs: Record<string, unknown>, key: string, value: unknown): void {
  let free = key
  while (Object.hasOwn(inputs, free)) free += '_'
  if (free !== '__proto__') inputs[free] = value
  // An assignment would set the prototype.
  else Object.defineProperty(inputs, free, { value, writable: true, enumerable: true, configurable: true })
}
