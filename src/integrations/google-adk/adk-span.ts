import { type HrTime, hrTimeOfMs, nowMs } from '../../runtime/clock.ts'
import { trace } from '../../runtime/otel-trace.ts'
import type { AttributeValue } from '../../span/attributes.ts'
import { capture, takeSnapshot } from '../../span/capture/capture.ts'
import { captureOptionsFor } from '../../span/capture/capture-source.ts'
import { cleanName } from '../../span/capture/clean-name.ts'
import { type SpanEvent, StatusCode, spanStatus } from '../../span/ended-span.ts'
import { describeException, plainType } from '../../span/exception.ts'
import { exportedName } from '../../span/semconv/exported-name.ts'
import { plainOf } from '../../span/snapshot/plain.ts'
import { noteOn, type SpanNote } from '../../translate/notes.ts'
import {
  activeContext,
  currentPipeline,
  dataOf,
  exceptionFacts,
  keys,
  type LiveSpan,
  read,
  type SpanType,
  text,
} from '../base/index.ts'

/** A span that ADK made of itself and that is open: what is told of it becomes part of turnspan's copy. */
export interface AdkSpan {
  /** What ADK calls it. */
  readonly name: string
  readonly spanId: string
  /** ID of the span above it. */
  readonly parentId: string | undefined
  readonly wantsContent: boolean
  readonly note: SpanNote
  /** Says what stands under one of ADK's own keys. Content. */
  say(key: string, value: unknown): void
  /** Sets an attribute that is no content. */
  set(key: string, value: unknown): void
  /** Gives it a name that the program chose. */
  rename(name: string): void
  fail(thrown: unknown): void
  endAt(ms: number): void
  /** Ends it, where turnspan itself made it: one of the application's provider is left as ADK leaves it. */
  endLeft(): void
}

/** The active span, where it is one of ADK's by that name, and recorded. Its type is what turnspan will call it. */
export function adkSpanHere(name: RegExp, spanType: SpanType): AdkSpan | undefined {
  const pipeline = currentPipeline()
  const active = pipeline && trace.getSpan(activeContext())
  if (pipeline === undefined || active === undefined || !active.isRecording()) return undefined
  const called = text(read(active, 'name'))
  if (called === undefined || !name.test(called)) return undefined
  const { spanId } = active.spanContext()
  const { config } = pipeline
  const note = noteOn(spanId)
  const optionsFor = (key: string): ReturnType<typeof captureOptionsFor> =>
    captureOptionsFor(config, called, spanType, key)
  const put = (key: string, value: unknown): void => {
    if (value !== undefined) note.attributes[key] = capture(value, optionsFor(key)) as AttributeValue
  }
  return {
    name: called,
    spanId,
    parentId: text(read(active, 'parentSpanContext', 'spanId')) ?? text(read(active, 'parentSpanId')),
    wantsContent: config.captureContent,
    note,
    say(key, value) {
      if (value === undefined || !config.captureContent) return
      note.values[key] = plainOf(takeSnapshot(dataOf(value), optionsFor(key)))
    },
    set: put,
    rename(given) {
      note.name = exportedName(given, config.redact, { span: called, spanType, key: 'name' })
    },
    fail(thrown) {
      note.failure = failureOf(thrown, config.captureContent, (key, said) =>
        String(capture(said, optionsFor(key))),
      )
      note.attributes[keys.ERROR_TYPE] = String(note.failure.event.attributes?.[keys.EXCEPTION_TYPE])
    },
    endAt(ms) {
      note.endTime = hrTimeOfMs(ms)
    },
    endLeft() {
      if (isLive(active)) active.end()
    },
  }
}

/** Turnspan's spans know their trace; those of an SDK have none. */
const isLive = (span: object): span is LiveSpan => read(span, 'trace', 'open') !== undefined

function failureOf(
  thrown: unknown,
  withContent: boolean,
  cleaned: (key: string, said: string) => string,
): NonNullable<SpanNote['failure']> {
  const facts = exceptionFacts(thrown)
  const type = cleanName(withContent ? facts.type : plainType(facts.type))
  const time: HrTime = hrTimeOfMs(nowMs())
  const attributes: NonNullable<SpanEvent['attributes']> = {
    [keys.EXCEPTION_TYPE]: withContent ? cleaned(keys.EXCEPTION_TYPE, type) : type,
  }
  if (!withContent) {
    return {
      status: spanStatus(StatusCode.ERROR, undefined),
      event: { name: keys.EXCEPTION_EVENT, time, attributes },
    }
  }
  attributes[keys.EXCEPTION_MESSAGE] = cleaned(keys.EXCEPTION_MESSAGE, facts.message)
  if (facts.stack !== undefined)
    attributes[keys.EXCEPTION_STACKTRACE] = cleaned(keys.EXCEPTION_STACKTRACE, facts.stack)
  const message = cleaned('status', describeException(facts))
  return {
    status: spanStatus(StatusCode.ERROR, message),
    event: { name: keys.EXCEPTION_EVENT, time, attributes },
  }
}
