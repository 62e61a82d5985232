/** Where code that stands in the AI SDK finds the hook of `integrations/ai/asking.ts`; nothing where turnspan is not loaded, or not on. */
const HOOK = 'globalThis[Symbol.for("turnspan.state.1")]?.get("ai-sdk-asking")?.hook'

/** What each copy that asks is noted in, by the smallest of its functions. */
export const ASKING_COPIES = 'turnspan.ai-sdk.asking'

/** The function that gives each call its tracer; the same in all versions 5 and 6. */
const GET_TRACER = /^function getTracer\(\{(?=\s*isEnabled\b)/m

/** The function that gives each span its attributes; asynchronous since version 6. */
const SELECT_ATTRIBUTES = /^(async )?function selectTelemetryAttributes\(\{(?=\s*telemetry\b)/m

/**
 * Rewrites the entry of the package `ai` as it is loaded or bundled, in versions 5 and 6, so that each of its calls asks
 * turnspan whether it is traced, also where the program does not speak of telemetry. Where turnspan is not on, the
 * package does what it did. Lines keep their numbers.
 *
 * Nothing is imported here: it may run in a thread of loader hooks, or in a bundler.
 *
 * @param source - `dist/index.mjs` or `dist/index.js`
 * @returns `undefined` for a source that is not known, which version 7 needs not
 */
export function askingSource(source: string): string | undefined {
  if (
    !GET_TRACER.test(source) ||
    !SELECT_ATTRIBUTES.test(source) ||
    !/^function stepCountIs\(/m.test(source)
  ) {
    return undefined
  }
  const own = (name: string): string => `turnspan$${name}`
  return source
    .replace(
      GET_TRACER,
      () =>
        `function getTracer(settings) { const hook = ${HOOK}; return hook === undefined ? ${own('getTracer')}(settings) : ` +
        `hook.tracer(settings, ${own('getTracer')}); } ` +
        `;(globalThis[Symbol.for("${ASKING_COPIES}")] ??= new WeakSet()).add(stepCountIs); ` +
        `function ${own('getTracer')}({`,
    )
    .replace(
      SELECT_ATTRIBUTES,
      (_all, prefix: string = '') =>
        `function selectTelemetryAttributes(given) { const hook = ${HOOK}; return ${own('select')}(hook === undefined ? ` +
        `given : hook.attributes(given)); } ${prefix}function ${own('select')}({`,
    )
}
