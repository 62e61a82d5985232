import { expect, test } from 'vitest'
import { diagnose, onDiagnostic } from '../../src/runtime/diagnostics.ts'

test('a listener that causes what it is told of is told once, and of everything else', () => {
  const heard: string[] = []
  const stop = onDiagnostic(({ code }) => {
    heard.push(code)
    if (heard.length > 50) return
    diagnose('info', 'TS_TEST_AGAIN', 'again')
    diagnose('info', 'TS_TEST_OTHER', 'something else')
  })
  diagnose('info', 'TS_TEST_AGAIN', 'first')
  diagnose('info', 'TS_TEST_AGAIN', 'second')
  stop()
  expect(heard).toEqual(['TS_TEST_AGAIN', 'TS_TEST_OTHER', 'TS_TEST_AGAIN', 'TS_TEST_OTHER'])
})
