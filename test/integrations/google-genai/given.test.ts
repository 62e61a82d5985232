import { testGiven } from '../../support/given.ts'
import { fixture, programs } from './matrix.ts'

/** Without what the API has in another place, or under another name, than the parameters. */
const contentsOf = (value: unknown): unknown => {
  const { contents } = value as { contents?: { role?: string; parts: { text?: string }[] }[] }
  return contents?.map(({ role, parts }) => [role, parts[0]?.text])
}

testGiven({
  library: '@google/genai',
  programs,
  fixture,
  ways: [
    { set: 'genai-2.0', node: 20, modules: 'cjs', order: 'before' },
    { set: 'genai-3', node: 22, modules: 'esm', order: 'after' },
  ],
  recorded: { probes: (name) => !/throwing|functions|embeddings/.test(name), compared: contentsOf },
})
