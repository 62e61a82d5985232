import { integrationFolders, type Way } from '../../support/integrations.ts'

const folders = integrationFolders(import.meta.url)

export const programs: string = folders.programs
export const fixture: (set: string) => string = folders.fixture
export const library = '@aws-sdk/client-bedrock-runtime'

/** What is tested: the oldest version, which has no Converse yet, and the newest. */
export const ways: readonly Way[] = [
  { set: 'bedrock-3.422', node: 20, modules: 'cjs', order: 'before' },
  { set: 'bedrock-3', node: 20, modules: 'esm', order: 'after' },
  { set: 'bedrock-3', node: 22, modules: 'esm', order: 'before' },
]
