import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { CapturedSpan } from '../../src/testing/captured-span.ts'
import { fixtureModules } from './integrations.ts'

/** How a span says that its work failed: status, `error.type`, and the type and message of each exception. */
export function failureOf(span: CapturedSpan | undefined): object {
  return {
    status: span?.status,
    type: span?.attributes['error.type'],
    exceptions: span?.events
      .filter(({ name }) => name === 'exception')
      .map(({ attributes }) => [attributes?.['exception.type'], attributes?.['exception.message']]),
  }
}

/** A package of a fixture project, loaded into this process as CommonJS. */
// biome-ignore lint/suspicious/noExplicitAny: what a package exports is its own affair
export async function loadFixture(fixture: string, name: string): Promise<any> {
  const modules = await fixtureModules(fixture)
  return createRequire(join(modules, 'here.cjs'))(name)
}
