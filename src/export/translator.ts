import { diagnoseOnce } from '../runtime/diagnostics.ts'
import { messageOf } from '../runtime/errors.ts'
import { isGenAiScope } from '../span/semconv/external-content.ts'
import { readUsageBy } from '../span/token-usage.ts'

/** What translates spans of other libraries, which most programs do not have. */
type Translation = typeof import('../translate/index.ts')

let loading: Promise<void> | undefined
let loaded: Translation | undefined

/** Loads the translation, for a span has begun in a tracer of that name. */
export function expectSpansOf(scope: unknown): void {
  if (loading === undefined && typeof scope === 'string' && isGenAiScope(scope)) void loadTranslation()
}

/** The translation where it is loaded already. */
export const translation = (): Translation | undefined => loaded

/** Resolves when the translation is loaded, or cannot be. */
export function loadTranslation(): Promise<void> {
  loading ??= import('../translate/index.ts').then(
    (module) => {
      loaded = module
      readUsageBy(module.usageOf)
    },
    (thrown: unknown) => sayUntranslated(thrown),
  )
  return loading
}

function sayUntranslated(thrown: unknown): void {
  diagnoseOnce(
    'warn',
    'TS_NOT_TRANSLATED',
    `Spans that other libraries make are sent unchanged, without the types, tokens and messages that MLflow reads: ` +
      `a part of turnspan could not be loaded (${messageOf(thrown)}). If turnspan is bundled, make sure that its chunks are included.`,
  )
}
