import type { BuiltApp } from '../../support/built.ts'
import { runNode } from '../../support/child.ts'
import type { DecodedSpan } from '../../support/decoded-span.ts'
import type { Script, ScriptedAnswer } from '../../support/provider/script.ts'
import { startProvider } from '../../support/provider/server.ts'

/** What the models of the programs answer, by the name of the script; `words` is the canary, where there is one. */
export function scriptsSaying(words?: string): Readonly<Record<string, Script>> {
  const usage = { input: 40, output: 10, cacheRead: 16 }
  const call: ScriptedAnswer = {
    tools: [{ id: 'call_1', name: 'look', arguments: { city: words ?? 'Paris' } }],
    usage,
  }
  const answer: ScriptedAnswer = { text: words ?? 'It is sunny.', usage }
  const refusal = JSON.stringify({
    error: { message: words ?? 'No.', type: words ?? 'x', code: words ?? 'x' },
  })
  return {
    works: [call, answer],
    answers: [answer],
    breaks: [call, answer],
    ...(words !== undefined && {
      invents: [{ ...call, tools: [{ name: words, arguments: { city: words } }], reasoning: words }, answer],
    }),
    refuses: [{ body: { status: 400, type: 'application/json', text: refusal } }],
  }
}

export interface Settings {
  readonly library: string
  readonly registered?: boolean
  /** Takes the canary out of all that is recorded. */
  readonly redacting?: boolean
  readonly options: object
  readonly canary?: string
}

/** Runs the program of a library to its end. @returns turnspan's report, and what was said */
export async function runLibrary(
  app: BuiltApp,
  settings: Settings,
): Promise<{ report: unknown; stderr: string }> {
  const scripts = scriptsSaying(settings.canary)
  await using provider = await startProvider(scripts)
  const models = Object.fromEntries(Object.keys(scripts).map((name) => [name, provider.address(name, name)]))
  const ended = await runNode(app.program('translated.mjs'), {
    cwd: app.dir,
    env: { MASTRA_TELEMETRY_DISABLED: '1', SETTINGS: JSON.stringify({ ...settings, models }) },
  })
  if (ended.code !== 0) throw new Error(`It ended with ${ended.code}: ${ended.stderr}`)
  // Some libraries write what they do to where a program writes its results.
  const printed = JSON.parse(ended.stdout.trim().split('\n').at(-1) ?? '') as { report: unknown }
  return { report: printed.report, stderr: ended.stderr }
}

/** A library, and what its spans are called. */
export interface Library {
  /** Name of its program. */
  readonly name: string
  /** Its fixture project. */
  readonly fixture: string
  /** It asks models by clients that turnspan traces too. */
  readonly isFramework: boolean
  /** The trees of its runs, each line a span: its name, its type, its tokens, and whether it failed. */
  readonly tree: readonly string[]
  /** Those with an integration for it at work. @defaultValue `tree` */
  readonly instrumented?: readonly string[]
}

/** Lines as in {@link Library.tree}, roots and siblings in the order of their texts: some begin at the same time. */
export function linesOf(spans: readonly DecodedSpan[]): string[] {
  const ids = new Set(spans.map(({ spanId }) => spanId))
  const below = (parent: string | undefined, depth: number): string[] =>
    spans
      .filter(({ parentSpanId: above }) => (above && ids.has(above) ? above : undefined) === parent)
      .map((span) => [lineOf(span, depth), ...below(span.spanId, depth + 1)])
      .toSorted((a, b) => (a.join('\n') < b.join('\n') ? -1 : 1))
      .flat()
  return below(undefined, 0)
}

function lineOf({ name, attributes, status }: DecodedSpan, depth: number): string {
  const usage = JSON.parse(String(attributes['mlflow.chat.tokenUsage'] ?? 'null')) as Record<
    string,
    number
  > | null
  const tokens = usage
    ? [usage.input_tokens, usage.output_tokens, usage.cache_read_input_tokens ?? 0].join('/')
    : ''
  const parts = [name, attributes['mlflow.spanType'], tokens, status.code === 'ERROR' ? 'FAILED' : '']
  return '  '.repeat(depth) + parts.filter(Boolean).join(' ')
}
