import { describe, expect, test } from 'vitest'
import { capture } from '../../../src/span/capture/capture.ts'
import { redactSecrets } from '../../../src/span/redact/redact-secrets.ts'
import { HARMLESS } from './redact-harmless.ts'
import { SHAPES } from './redact-shapes.ts'

const limits = { maxValueBytes: 1 << 22, maxSpanBytes: 1 << 23, maxDepth: 40 }
const redact = redactSecrets()
const redacted = (value: unknown): unknown => capture(value, { limits, redact })

describe('secrets and personal data', () => {
  test.each(SHAPES)('$name', ({ value, secrets }) => {
    const once = redacted(value)
    const text = JSON.stringify(once)
    for (const secret of secrets) {
      expect(text).not.toContain(JSON.stringify(secret).slice(1, -1))
      expect(text).not.toContain(secret)
    }
    expect(text).toContain('[redacted: ')
    // Patterns keep no place from the text before.
    expect(redacted(value)).toStrictEqual(once)
  })

  test('are as many as were tried', () => {
    expect(SHAPES.length).toBeGreaterThanOrEqual(252)
    expect(HARMLESS.length).toBeGreaterThanOrEqual(87)
  })

  test('what stands around a secret stays', () => {
    expect(redacted('A=1\nDB_PASSWORD=hun(ter2\nB=2')).toBe('A=1\nDB_PASSWORD=[redacted: password]\nB=2')
    expect(redacted('Server=h;Password=a,b c;Encrypt=true')).toBe(
      'Server=h;Password=[redacted: password];Encrypt=true',
    )
    expect(redacted({ name: 'x-api-key', value: 'abc' })).toStrictEqual({
      name: 'x-api-key',
      value: '[redacted: api-key]',
    })
    expect(redacted(['say ', 'sk-ant-api03', '-a1b2c3d4e5f6g7h8', ' now'])).toStrictEqual([
      'say ',
      '[redacted: anthropic-key]',
      '',
      ' now',
    ])
  })
})

describe('harmless', () => {
  test.each(HARMLESS.map((value) => [value]))('%j', (value) => {
    expect(redacted(value)).toStrictEqual(value)
  })
})
