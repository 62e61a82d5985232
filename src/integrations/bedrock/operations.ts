import { types } from 'node:util'
import { read, text } from '../base/index.ts'
import { INVOKE_AGENT, INVOKE_INLINE_AGENT } from './agents.ts'
import { CONVERSE, CONVERSE_STREAM } from './converse.ts'
import { INVOKE_MODEL, INVOKE_MODEL_STREAM } from './invoke.ts'
import { RETRIEVE, RETRIEVE_AND_GENERATE, RETRIEVE_AND_GENERATE_STREAM } from './knowledge.ts'
import type { Operation } from './operation.ts'

/** What is traced, by the name of the operation. */
const OPERATIONS: Readonly<Record<string, Operation>> = {
  Converse: CONVERSE,
  ConverseStream: CONVERSE_STREAM,
  InvokeModel: INVOKE_MODEL,
  InvokeModelWithResponseStream: INVOKE_MODEL_STREAM,
  InvokeAgent: INVOKE_AGENT,
  InvokeInlineAgent: INVOKE_INLINE_AGENT,
  Retrieve: RETRIEVE,
  RetrieveAndGenerate: RETRIEVE_AND_GENERATE,
  RetrieveAndGenerateStream: RETRIEVE_AND_GENERATE_STREAM,
}

/** Operations by the classes of their commands: bundlers may change the names of these. */
const known: WeakMap<object, string> = new WeakMap()

/** Takes the classes of commands from the exports of a package. */
export function noteCommands(copy: unknown): void {
  for (const name of Object.keys(OPERATIONS)) {
    const command = read(copy, `${name}Command`) ?? read(copy, 'default', `${name}Command`)
    if (typeof command === 'function') known.set(command, name)
  }
}

/** What is told of a command, if anything; newer versions have its name in a schema that nobody renames. */
export function operationOf(command: unknown): Operation | undefined {
  // A proxy of the program's would run its traps for us.
  if (types.isProxy(command)) return undefined
  const name = text(read(command, 'schema', 2))
  return (
    (name === undefined ? undefined : operationNamed(name)) ?? operationOfClass(read(command, 'constructor'))
  )
}

/** A program may derive classes of its own from those of the commands. */
function operationOfClass(made: unknown): Operation | undefined {
  let at = made
  while (typeof at === 'function' && at !== Function.prototype) {
    const found = operationNamed(known.get(at) ?? text(read(at, 'name'))?.replace(/Command$/, '') ?? '')
    if (found !== undefined) return found
    at = Object.getPrototypeOf(at)
  }
  return undefined
}

const operationNamed = (name: string): Operation | undefined =>
  Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name] : undefined

/** Whether calls of the operation of that name are traced. */
export const isTracedOperation = (name: string): boolean => operationNamed(name) !== undefined
