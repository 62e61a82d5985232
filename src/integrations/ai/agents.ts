import { types } from 'node:util'
import { thenPlainly } from '../../tracing/native-promise.ts'
import {
  activeContext,
  currentPipeline,
  fieldsOf,
  isObject,
  type Method,
  type Patches,
  read,
  runIn,
  text,
} from '../base/index.ts'
import { withAgentHint } from './agent-hint.ts'
import { isAsking } from './asking.ts'

/**
 * Observes the classes of agents: their work is one span of type AGENT that has their name, and it is traced without
 * a word in their settings in versions 5 and 6, too.
 *
 * @param copy - the exports of the package `ai`
 * @returns whether there was an agent
 */
export function patchAgents(patches: Patches, copy: unknown): boolean {
  const agents = new Set([read(copy, 'ToolLoopAgent'), read(copy, 'Experimental_Agent')])
  // From version 7 on everything is traced without being asked for it, as in a copy that asks by itself.
  const asks = typeof read(copy, 'registerTelemetry') !== 'function' && !isAsking(copy)
  let found = false
  for (const agent of agents) {
    const prototype = read(agent, 'prototype')
    const prepares = asks && patches.wrap(prototype, 'prepareCall', askAfterPreparing)
    for (const key of ['generate', 'stream']) {
      if (patches.wrap(prototype, key, (original) => observedAgent(original, asks && !prepares))) found = true
    }
  }
  return found
}

function observedAgent(original: Method, asks: boolean): Method {
  return function (this: unknown, ...args) {
    if (currentPipeline() === undefined) return Reflect.apply(original, this, args)
    const name = text(read(this, 'settings', 'id')) ?? text(read(this, 'id'))
    const [options, ...rest] = args as unknown[]
    const given =
      asks && isObject(options) && !saysItself(read(this, 'settings')) && !saysItself(options)
        ? [{ ...fieldsOf(options), experimental_telemetry: { isEnabled: true } }, ...rest]
        : args
    return runIn(withAgentHint(activeContext(), name), () => Reflect.apply(original, this, given))
  }
}

/** Version 6 makes the settings of a call here; the program's own hook has seen them by then. */
function askAfterPreparing(original: Method): Method {
  return function (this: unknown, ...args) {
    const prepared: unknown = Reflect.apply(original, this, args)
    if (currentPipeline() === undefined || !types.isPromise(prepared)) return prepared
    return thenPlainly(
      prepared,
      (settings): unknown =>
        isObject(settings) && !saysItself(settings)
          ? { ...fieldsOf(settings), experimental_telemetry: { isEnabled: true } }
          : settings,
      (error) => {
        throw error
      },
    )
  }
}

/** Whether the program has decided on its own telemetry. */
const saysItself = (settings: unknown): boolean => read(settings, 'experimental_telemetry') !== undefined
