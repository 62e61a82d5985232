import { testGiven } from '../../support/given.ts'
import { fixture, programs } from './matrix.ts'

testGiven({
  library: './library.mjs',
  programs,
  fixture,
  ways: [{ set: 'llamaindex-0.12', node: 22, modules: 'esm', order: 'after' }],
})
