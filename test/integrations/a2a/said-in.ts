import { content } from '../../examples/run-example.ts'
import type { DecodedSpan } from '../../support/decoded-span.ts'

/** The texts of the messages that a span took in and gave. */
export function saidIn(span: DecodedSpan | undefined): (string | undefined)[] {
  const { in: asked, out: answered } = span === undefined ? { in: undefined, out: undefined } : content(span)
  return [asked, answered].map((said) =>
    typeof said === 'string' ? said : /"content":"([^"]*)"/.exec(JSON.stringify(said) ?? '')?.[1],
  )
}
