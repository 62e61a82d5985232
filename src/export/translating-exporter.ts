import type { Config } from '../config/config.ts'
import { monotonicMs } from '../runtime/clock.ts'
import { realTime } from '../runtime/real-time.ts'
import type { EndedSpan } from '../span/ended-span.ts'
import { speaksOfModels } from '../span/semconv/external-content.ts'
import type { Exporter } from './exporter.ts'
import { loadTranslation, translation } from './translator.ts'

/**
 * `exporter`, which gets the spans of other libraries for language models translated to what turnspan's own say. Those
 * that end before the translation is loaded wait for it; where the process ends before, they go as they are.
 */
export function createTranslatingExporter(exporter: Exporter, config: Config): Exporter {
  const waiting: EndedSpan[] = []
  /** What became of a span that may be asked for again. */
  const translated = new WeakMap<EndedSpan, EndedSpan>()
  let translate: ((span: EndedSpan) => EndedSpan) | undefined

  const pass = (span: EndedSpan): void => {
    translate ??= translation()?.createTranslator(config)
    let ready = span
    try {
      ready = translate?.(span) ?? span
    } catch {
      // It arrives as its library made it.
    }
    if (ready !== span) translated.set(span, ready)
    exporter.export(ready)
  }
  const release = (): void => {
    for (const span of waiting.splice(0)) pass(span)
  }
  /** Waits for the translation, as long as there is time. @returns what is left of it */
  const loaded = async (timeoutMs: number): Promise<number> => {
    if (waiting.length === 0) return timeoutMs
    const until = monotonicMs() + timeoutMs
    let timer: ReturnType<typeof realTime.start> | undefined
    await Promise.race([
      loadTranslation(),
      new Promise<void>((resolve) => {
        timer = realTime.start(resolve, timeoutMs)
      }),
    ])
    realTime.stop(timer)
    release()
    return Math.max(0, until - monotonicMs())
  }

  return {
    ...exporter,
    export(span) {
      if (!speaksOfModels(span)) return exporter.export(span)
      if (translation() !== undefined) return pass(span)
      waiting.push(span)
      void loadTranslation().then(release)
    },
    holds: (span) => waiting.includes(span) || exporter.holds(translated.get(span) ?? span),
    giveUp: (span, thrown) => exporter.giveUp(translated.get(span) ?? span, thrown),
    flush: async (timeoutMs) => exporter.flush(await loaded(timeoutMs)),
    shutdown: async (timeoutMs) => exporter.shutdown(await loaded(timeoutMs)),
    undelivered() {
      release()
      return exporter.undelivered()
    },
    unsent: () => exporter.unsent() + waiting.length,
  }
}
