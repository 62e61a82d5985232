import {
  ABANDONED,
  activeContext,
  beginModelCall,
  currentPipeline,
  dataAt,
  type Follower,
  follow,
  type Given,
  givenBy,
  isObject,
  likeness,
  type Method,
  type ModelCall,
  modelCallIn,
  observePromise,
  read,
  runIn,
  type StreamAccumulator,
  whenSent,
} from '../base/index.ts'
import { watchAttempts } from './attempts.ts'
import type { Operation } from './operation.ts'
import { operationOf } from './operations.ts'
import type { BedrockOptions } from './options.ts'

/** `send(command, options?, callback?)` of a client, as it is observed. */
export function observedSend(original: Method, { idleMs }: BedrockOptions): Method {
  return function (...args) {
    const [command] = args as unknown[]
    const operation = currentPipeline() === undefined ? undefined : operationOf(command)
    if (operation === undefined) return Reflect.apply(original, this, args)
    const given = givenBy(dataAt(command, 'input'))
    const call = beginModelCall(() => ({ ...operation.begin(given), idleMs }))
    // Of a framework's call, whose span there is, the attempts are told all the same.
    const about = call ?? modelCallIn(activeContext())
    const unwatch = about === undefined ? undefined : watchAttempts(command)
    if (call === undefined) {
      try {
        return Reflect.apply(original, this, args)
      } finally {
        unwatch?.()
      }
    }
    noteBegun(call, operation, given)
    const tell = (output: unknown): void => tellOutput(output, call, operation, signalOf(args))
    const place = args.findIndex((one, index) => index > 0 && typeof one === 'function')
    let returned: unknown
    try {
      const observed = [...args]
      if (place > 0) observed[place] = observedCallback(args[place] as Method, call, tell)
      returned = call.run(() => Reflect.apply(original, this, observed))
    } catch (error) {
      call.fail(error)
      throw error
    } finally {
      unwatch?.()
    }
    return place < 0 ? observePromise(returned, call, tell) : returned
  }
}

/** What has to be known of a call that has its span. A fault of ours must not reach the program. */
function noteBegun(call: ModelCall, operation: Operation, given: Given): void {
  try {
    operation.begun?.(call, given.value)
    if (!(operation.isPartial?.(given.value) ?? given.isPartial())) return
    const tell = (sent: unknown): void =>
      call.describe(operation.begin(givenBy(operation.parametersOf(sent))))
    whenSent(call, tell, { model: dataAt(given.value, 'modelId') })
  } catch {
    // The call is told without it.
  }
}

const signalOf = (args: readonly unknown[]): unknown => dataAt(args[1], 'abortSignal')

/** The callback runs where the program called `send`, and not inside of the call, which is over by then. */
function observedCallback(callback: Method, call: ModelCall, tell: (output: unknown) => void): Method {
  const observed: Method = function (...results) {
    const [error, output] = results as unknown[]
    if (error === null || error === undefined) tell(output)
    else call.fail(error)
    return runIn(call.outside, () => Reflect.apply(callback, this, results) as unknown)
  }
  likeness(callback, observed)
  return observed
}

function tellOutput(output: unknown, call: ModelCall, operation: Operation, signal: unknown): void {
  if (call.ended()) return
  try {
    const stream = operation.stream && dataAt(output, operation.stream.member)
    if (operation.stream !== undefined && isObject(stream) && !ArrayBuffer.isView(stream))
      observeEvents(stream, call, operation.stream.accumulate(call, output), signal)
    else call.finish(operation.answer(output, call))
  } catch {
    call.finish({})
  }
}

/** The events as they are read, in place: the same object, nothing read ahead. */
function observeEvents(stream: object, call: ModelCall, events: StreamAccumulator, signal: unknown): void {
  let waiting = true
  const follower: Follower = {
    item(event) {
      call.touch()
      if (waiting && (events.isFirst?.(event) ?? true)) {
        waiting = false
        call.firstToken()
      }
      events.add(event)
    },
    done: () => call.finish(events.complete?.() ?? events.answer()),
    failed(error) {
      if (read(signal, 'aborted') === true) call.stop('aborted', events.answer())
      else call.fail(error, events.answer())
    },
    stopped: (reason) => call.stop(reason === ABANDONED ? 'abandoned' : 'stopped', events.answer()),
    // The request was sent inside the call; what is left is reading, which starts nothing.
    run: (fn) => fn(),
  }
  call.watchIdle(() => events.answer())
  follow(stream, follower)
}
