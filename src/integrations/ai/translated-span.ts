import type {
  Attributes,
  AttributeValue,
  Exception,
  Link,
  Span,
  SpanContext,
  SpanStatus,
  TimeInput,
} from '@opentelemetry/api'

/** Hears what the AI SDK says on one of its spans. */
export interface SpanListener {
  attributes(given: Attributes): void
  event(name: string, attributes: unknown): void
  failed(error: unknown): void
  end(): void
}

/**
 * The span that versions 5 and 6 of the AI SDK write to: `original`, which whoever else traces the AI SDK gets as before,
 * with all of it told to `listener`. It has the IDs of `shown`, the span that stands for it.
 */
export function translatedSpan(original: Span, shown: Span, listener: SpanListener): Span {
  const quietly = (tell: () => void): void => {
    try {
      tell()
    } catch {
      // A fault of ours must not reach the program.
    }
  }
  const span: Span = {
    spanContext: (): SpanContext => shown.spanContext(),
    setAttribute(key: string, value: AttributeValue) {
      quietly(() => listener.attributes({ [key]: value }))
      original.setAttribute(key, value)
      return span
    },
    setAttributes(attributes: Attributes) {
      quietly(() => listener.attributes(attributes))
      original.setAttributes(attributes)
      return span
    },
    addEvent(name: string, attributesOrTime?: Attributes | TimeInput, time?: TimeInput) {
      quietly(() => listener.event(name, attributesOrTime))
      original.addEvent(name, attributesOrTime, time)
      return span
    },
    addLink(link: Link) {
      original.addLink(link)
      return span
    },
    addLinks(links: Link[]) {
      original.addLinks(links)
      return span
    },
    setStatus(status: SpanStatus) {
      original.setStatus(status)
      return span
    },
    updateName(name: string) {
      original.updateName(name)
      return span
    },
    end(time?: TimeInput) {
      quietly(() => listener.end())
      original.end(time)
    },
    isRecording: () => true,
    recordException(exception: Exception, time?: TimeInput) {
      quietly(() => listener.failed(exception))
      original.recordException(exception, time)
    },
  }
  return span
}
