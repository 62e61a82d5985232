import { describe, expect, test } from 'vitest'
import { configOf, type Env, namesOf, resolved, SERVER } from './resolving.ts'

const OURS = 'TURNSPAN_CAPTURE_CONTENT'
const OTEL = 'OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT'
const OMNIGENT = 'OMNIGENT_OTEL_CAPTURE_CONTENT'

function captured(env: Env, options: unknown = {}) {
  const { config, problems } = resolved({ ...SERVER, ...env }, options)
  return { captureContent: config?.captureContent, problems: namesOf(problems) }
}

describe('capturing content', () => {
  const yes = ['true', 'TRUE', '1', 'yes', 'On', ' true ']
  const no = ['false', '0', 'no', 'OFF', 'EVENT_ONLY', 'no_content']

  test.each([OURS, OTEL, OMNIGENT].flatMap((name) => yes.map((value) => [name, value] as const)))(
    '%s=%s is yes',
    (name, value) => {
      expect(captured({ [name]: value })).toEqual({ captureContent: true, problems: [] })
    },
  )

  test.each([OURS, OTEL, OMNIGENT].flatMap((name) => no.map((value) => [name, value] as const)))(
    '%s=%s is no',
    (name, value) => {
      expect(captured({ [name]: value })).toEqual({ captureContent: false, problems: [] })
    },
  )

  test.each(['SPAN_ONLY', 'span_and_event'])("%s is yes in OpenTelemetry's variable alone", (value) => {
    expect(captured({ [OTEL]: value })).toEqual({ captureContent: true, problems: [] })
    expect(captured({ [OURS]: value })).toEqual({ captureContent: false, problems: [OURS] })
    expect(captured({ [OMNIGENT]: value })).toEqual({ captureContent: false, problems: [OMNIGENT] })
  })

  test.each([
    ['a no in code', { [OURS]: 'true' }, { captureContent: false }, false],
    ['a no of ours', { [OURS]: 'false', [OTEL]: 'true', [OMNIGENT]: 'true' }, {}, false],
    ['a no of OpenTelemetry', { [OTEL]: 'false', [OMNIGENT]: 'true' }, {}, false],
    ['a yes of Omnigent alone', { [OURS]: '', [OTEL]: '', [OMNIGENT]: 'true' }, {}, true],
  ])('%s decides', (_, env, options, captureContent) => {
    expect(captured(env, options)).toEqual({ captureContent, problems: [] })
  })

  test.each([
    ['an option', { [OURS]: 'true' }, { captureContent: 'perhaps' }, 'captureContent'],
    ['a variable', { [OURS]: 'perhaps', [OTEL]: 'true' }, {}, OURS],
  ])('%s that cannot be understood means no, whatever follows', (_, env, options, name) => {
    expect(captured(env, options)).toEqual({ captureContent: false, problems: [name] })
  })
})

describe('redact', () => {
  test('is handed on', () => {
    const redact = (value: unknown) => value
    expect(configOf({}, { redact }).redact).toBe(redact)
  })

  test('that is no function turns content off', () => {
    expect(captured({}, { captureContent: true, redact: 'secrets' })).toEqual({
      captureContent: false,
      problems: ['redact'],
    })
  })
})

describe('limits', () => {
  const defaults = { maxValueBytes: 1_048_576, maxSpanBytes: 3_145_728, maxDepth: 40 }

  test.each([
    ['none', undefined, defaults],
    ['some', { maxDepth: 10 }, { ...defaults, maxDepth: 10 }],
    [
      'all',
      { maxValueBytes: 100, maxSpanBytes: 200, maxDepth: 3 },
      { maxValueBytes: 100, maxSpanBytes: 200, maxDepth: 3 },
    ],
    ['undefined ones', { maxDepth: undefined }, defaults],
    ['a small span', { maxSpanBytes: 2000 }, { ...defaults, maxSpanBytes: 2000, maxValueBytes: 2000 }],
  ])('%s', (_, limits, expected) => {
    const { config, problems } = resolved(SERVER, { limits })
    expect(config?.limits).toEqual(expected)
    expect(problems).toEqual([])
  })

  test.each([
    ['limits', 5, 'limits', /default limits/],
    ['limits', [], 'limits', /an array/],
    ['maxDepth', { maxDepth: 41 }, 'limits.maxDepth', /1 to 40, but is 41; 40 is used/],
    ['maxValueBytes', { maxValueBytes: 0 }, 'limits.maxValueBytes', /1048576 is used/],
    ['maxSpanBytes', { maxSpanBytes: 'x' }, 'limits.maxSpanBytes', /3145728 is used/],
    ['a strange name', { maxValueByte: 1 }, 'limits.maxValueByte', /Did you mean/],
  ])('%s that does not fit keeps the default', (_, limits, name, message) => {
    const { config, problems } = resolved(SERVER, { limits })
    expect(config?.limits).toEqual(defaults)
    expect(namesOf(problems)).toEqual([name])
    expect(problems[0]?.message).toMatch(message)
  })

  test('of a value above those of a span are lowered, with a problem', () => {
    const { config, problems } = resolved(SERVER, { limits: { maxValueBytes: 9000, maxSpanBytes: 8000 } })
    expect(config?.limits).toMatchObject({ maxValueBytes: 8000, maxSpanBytes: 8000 })
    expect(namesOf(problems)).toEqual(['limits.maxValueBytes'])
  })
})
