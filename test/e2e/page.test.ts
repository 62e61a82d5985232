import { expect, test } from 'vitest'
import { newResponseId, SpanType, toMlflowTraceId, withAgent, withSpan, withTool } from '../../src/index.ts'
import { type OpenPage, openPage } from '../support/chromium.ts'
import { mlflowVersion } from '../support/mlflow-version.ts'
import { until } from '../support/until.ts'
import { delivered, experimentIdOf, mlflowUrl, startTracing, tracingPerTest } from './tracing.ts'

tracingPerTest()
const messages = [
  { role: 'system', content: 'You are terse.' },
  { role: 'user', content: 'Will it rain in Lisbon?' },
]

/** Tokens, cost and state, as each version writes them. */
const FIGURES =
  mlflowVersion() === '3.17.2' ? ['1,234 tokens', '$0.00184', 'Success'] : ['1.2K tokens', '≈$0.0018', 'OK']

/** What can be seen of the page, line by line. */
async function visibleLines({ page }: OpenPage): Promise<string[]> {
  // biome-ignore lint/performance/useDomNodeTextContent: what is rendered is the point
  return (await page.innerText('body')).split('\n').map((line) => line.trim())
}

/** The lines that the page shows, once `wanted` are all among them. */
function shown(open: OpenPage, wanted: readonly string[]): Promise<string[]> {
  return until(
    async () => {
      const lines = await visibleLines(open)
      const missing = wanted.filter((text) => !lines.includes(text))
      if (missing.length > 0) throw new Error(`missing: ${missing.join(' | ')} in ${lines.join(' | ')}`)
      return lines
    },
    { what: 'the page to show what was traced', timeoutMs: 40_000, everyMs: 200 },
  )
}

/** Traces a turn; gives the addresses of its trace and of the experiment. */
async function traced(): Promise<{ trace: string; experiment: string }> {
  const name = startTracing({ serviceName: 'page' })
  const responseId = newResponseId()
  const turn = {
    agent: 'support',
    model: 'gpt-5',
    provider: 'openai',
    responseId,
    sessionId: 'session-31',
    user: 'u-1',
    input: 'Will it rain in Lisbon?',
  }
  await withAgent(turn, async () => {
    await withTool({ tool: 'get_weather', arguments: { city: 'Lisbon' } }, async () => ({
      forecast: 'drizzle at noon',
    }))
    await withTool({ tool: 'broken' }, () => Promise.reject(new TypeError('no such city'))).catch(() => {})
    return withSpan(
      async (span) => {
        span.setInputs({ messages }).setModel('gpt-5', 'openai')
        span.setTokenUsage({ inputTokens: 1200, outputTokens: 34 })
        return 'Take an umbrella.'
      },
      { name: 'chat', spanType: SpanType.CHAT_MODEL },
    )
  })
  await delivered()
  const experiment = `${mlflowUrl}/#/experiments/${await experimentIdOf(name)}`
  return {
    experiment,
    trace: `${experiment}/traces?selectedEvaluationId=${toMlflowTraceId(responseId)}`,
  }
}

test("MLflow's own page shows the turn: tree, content, conversation, tokens, cost and session", async () => {
  const { trace, experiment } = await traced()
  await using open = await openPage(trace)
  const { page } = open
  await page.setViewportSize({ width: 1500, height: 950 })
  const first = await shown(open, [
    'agent:support',
    'tool:get_weather',
    'tool:broken',
    'chat',
    'Take an umbrella.',
    'Will it rain in Lisbon?',
    'session-31',
    ...FIGURES,
  ])
  // Behind the trace stands the list, with the previews.
  expect(first.slice(0, first.indexOf('Spans'))).toContain('Will it rain in Lisbon?')
  const tree = first.slice(first.indexOf('Spans'))
  const rows = ['agent:support', 'tool:get_weather', 'tool:broken', 'chat'].map((name) => tree.indexOf(name))
  expect(rows).toEqual([...rows].sort((a, b) => a - b))

  await page.getByText('chat', { exact: true }).first().click()
  const chat = await shown(open, ['System', 'You are terse.', 'User', 'Assistant', 'gpt-5'])
  expect(chat.indexOf('Assistant')).toBeGreaterThan(chat.indexOf('User'))
  expect(chat[chat.indexOf('Assistant') + 1]).toBe('Take an umbrella.')

  await page.getByText('tool:get_weather', { exact: true }).first().click()
  await shown(open, ['city', 'Lisbon', 'forecast', 'drizzle at noon'])

  await page.getByText('tool:broken', { exact: true }).first().click()
  const broken = (await shown(open, ['Exception', 'exception.type', 'exception.message'])).join('\n')
  expect(broken).toContain('no such city')
  expect(broken).toContain('TypeError')

  await page.goto(`${experiment}/overview/tool-calls`)
  const overview = await shown(open, ['Total Tool Calls', 'Success Rate', 'tool:broken', 'tool:get_weather'])
  expect(overview[overview.indexOf('Total Tool Calls') - 1]).toBe('2')
  expect(overview[overview.indexOf('Success Rate') - 1]).toBe('50.00%')
}, 120_000)
