import {
  ABANDONED,
  beginStep,
  dataAt,
  dataOf,
  type Follower,
  follow,
  isObject,
  itemsOf,
  keys,
  type Method,
  type Patches,
  read,
  SpanType,
  type Step,
  shownMessage,
  shownMessages,
} from '../base/index.ts'
import { noteToolLoop } from './tool-loops.ts'
import { observeTools } from './tools.ts'

/**
 * Observes `toolRunner`: one span for the whole loop, below which the model calls stand, and one of type TOOL for each
 * call of a tool, whatever way the program reads the runner.
 *
 * @param messages - the class that has `toolRunner`
 */
export function patchToolRunner(patches: Patches, messages: unknown): void {
  const known = read(messages, 'BetaToolRunner', 'prototype')
  if (known !== undefined) patchRunner(patches, known)
  // Early versions have no static path to the class; it is found through its first instance.
  patches.wrap(read(messages, 'prototype'), 'toolRunner', (original): Method => {
    return function (...args) {
      const runner: unknown = Reflect.apply(original, this, args)
      if (isObject(runner)) patchRunner(patches, Object.getPrototypeOf(runner))
      return runner
    }
  })
}

function patchRunner(patches: Patches, prototype: unknown): void {
  patches.wrap(prototype, Symbol.asyncIterator, observedLoop)
  for (const method of ['addTools', 'setMessagesParams']) {
    patches.wrap(prototype, method, (original): Method => {
      return function (...args) {
        const returned: unknown = Reflect.apply(original, this, args)
        observeTools(method === 'addTools' ? args : read(this, 'params', 'tools'))
        return returned
      }
    })
  }
}

/** However a runner is read, awaited or asked for its last message, this is called once for the whole loop. */
function observedLoop(original: Method): Method {
  return function (...args) {
    const iterator: unknown = Reflect.apply(original, this, args)
    const runner = this as object
    const step = beginStep(() => ({
      name: 'toolRunner',
      spanType: SpanType.CHAIN,
      inputs: { messages: shownMessages(dataOf(read(runner, 'params', 'messages'))) },
      attributes: { [keys.MESSAGE_FORMAT]: 'anthropic' },
    }))
    if (step === undefined) return iterator
    observeTools(read(runner, 'params', 'tools'))
    noteToolLoop(step.span, runner)
    return follow(iterator, followerOf(step, runner))
  }
}

function followerOf(step: Step, runner: object): Follower {
  const { span } = step
  let last: unknown
  const end = (): void => {
    const message = last ?? lastAnswer(runner)
    if (message !== undefined && span.wantsContent) {
      span.setOutputs({ messages: [shownMessage(dataOf(message))] })
    }
    span.end()
  }
  return {
    item(answer) {
      // A streamed answer comes as a stream; what became of it stands in the runner's messages.
      last = read(answer, 'role') === 'assistant' ? answer : undefined
    },
    done: end,
    failed(error) {
      span.fail(error)
      end()
    },
    stopped(reason) {
      span.setAttribute(keys.CALL_END, reason === ABANDONED ? 'abandoned' : 'stopped')
      end()
    },
    run: (fn) => step.run(fn),
  }
}

const lastAnswer = (runner: object): unknown =>
  itemsOf(read(runner, 'params', 'messages')).findLast((message) => dataAt(message, 'role') === 'assistant')
