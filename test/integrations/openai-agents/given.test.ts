import { testGiven } from '../../support/given.ts'
import { fixture, programs } from './matrix.ts'

testGiven({
  library: './library.mjs',
  programs,
  fixture,
  ways: [
    { set: 'agents-0.3', node: 20, modules: 'esm', order: 'before' },
    { set: 'agents-0.20', node: 22, modules: 'esm', order: 'after' },
  ],
})
