import { type CaptureOptions, capture, deepest, fitTo, mostBytes } from '../capture.ts'
import type { Captured } from '../captured.ts'
import { withinNesting } from '../nesting.ts'
import { VALUE } from '../otlp/tags.ts'
import type { Content } from './content.ts'
import { readContent } from './read-content.ts'
import { abandon, begin, finish } from './scratch.ts'
import { startWriting, startWritingCopy, type Writing, writeValue } from './write-value.ts'

/**
 * `value` as it is now, as the bytes that go on the wire: what {@link capture} gives, with the same marks and
 * limits, written in the same walk. Never throws.
 */
export function captureContent(value: unknown, options: CaptureOptions): Content {
  if (options.redact !== undefined) return contentOf(capture(value, options))
  const maxBytes = mostBytes(options.limits)
  const scratch = begin()
  const writing: Writing = startWriting(scratch, deepest(options.limits), maxBytes)
  try {
    writeValue(writing, VALUE, value)
  } catch {
    // It has too many parts, nests too deep for the wire, or the stack is at its end.
    abandon(scratch)
    // The objects around the place where it ended must not be held until the next capture.
    writing.around.length = 0
    return contentOf(capture(value, options))
  }
  const content = finish(scratch)
  return writing.bytes <= maxBytes ? content : fitted(content, maxBytes)
}

/** The text of escapes in JSON counts, so that only a look at all of it tells whether it is too long. */
function fitted(content: Content, maxBytes: number): Content {
  const copy = readContent(content)
  const fit = fitTo(copy, maxBytes)
  return fit === copy ? content : contentOf(fit)
}

/** A captured value as bytes. What nests too deep for MLflow is a text of its own in them. */
export function contentOf(value: Captured): Content {
  const scratch = begin()
  try {
    writeValue(startWritingCopy(scratch), VALUE, withinNesting(value))
    return finish(scratch)
  } catch {
    // Only a call at the very end of the stack gets here.
    abandon(scratch)
    return contentOf('[unreadable]')
  }
}
