/**
 * `turnspan/mastra` where there is no Node: a bridge and an exporter that take every report, and make nothing of it.
 *
 * @packageDocumentation
 */
import type { MastraBridge, MastraExporter } from '../integrations/mastra/index.ts'
import { sayNotHere } from './runtime.ts'

export type { MastraBridge, MastraExporter, MastraSpanIds } from '../integrations/mastra/index.ts'

const nothing = async (): Promise<void> => {}

export function createMastraBridge(): MastraBridge {
  sayNotHere('createMastraBridge()')
  return {
    name: 'turnspan',
    init() {},
    createSpan: () => undefined,
    executeInContext: (_spanId, fn) => fn(),
    executeInContextSync: (_spanId, fn) => fn(),
    releaseSpan() {},
    exportTracingEvent: nothing,
    flush: nothing,
    shutdown: nothing,
  }
}

export function createMastraExporter(): MastraExporter {
  sayNotHere('createMastraExporter()')
  return {
    name: 'turnspan',
    exportEvent: nothing,
    exportTracingEvent: nothing,
    flush: nothing,
    shutdown: nothing,
  }
}
