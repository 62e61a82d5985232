import { testGiven } from '../../support/given.ts'
import { fixture, programs } from './matrix.ts'

testGiven({
  library: 'ollama',
  programs,
  fixture,
  ways: [{ set: 'ollama-0.6', node: 22, modules: 'esm', order: 'after' }],
})
