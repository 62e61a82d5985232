import { integrationFolders, type Way } from '../../support/integrations.ts'
import { type Script, scripts } from '../../support/provider/script.ts'

const folders = integrationFolders(import.meta.url)

export const programs: string = folders.programs
export const fixture: (set: string) => string = folders.fixture

/** Scripts that the probes have beside the common ones. */
export const ownScripts: Readonly<Record<string, Script>> = {
  'retry-json': [{ fault: { status: 429, retryAfter: '0.05' } }, ...scripts.json],
}

/** What is tested: the oldest and the newest version of each major; version 7 is published as ESM alone. */
export const ways: readonly Way[] = [
  { set: 'ai-5.0', node: 20, modules: 'cjs', order: 'before' },
  { set: 'ai-5', node: 20, modules: 'esm', order: 'after' },
  { set: 'ai-6.0', node: 20, modules: 'esm', order: 'before' },
  { set: 'ai-6', node: 20, modules: 'cjs', order: 'after' },
  { set: 'ai-6', node: 22, modules: 'esm', order: 'before' },
  { set: 'ai-7.0', node: 20, modules: 'esm', order: 'before' },
  { set: 'ai-7', node: 20, modules: 'esm', order: 'after' },
  { set: 'ai-7', node: 22, modules: 'esm', order: 'before' },
]
