import { testGiven } from '../../support/given.ts'
import { fixture, programs } from './matrix.ts'

testGiven({
  library: '@anthropic-ai/sdk',
  programs,
  fixture,
  ways: [
    { set: 'anthropic-0.30', node: 20, modules: 'cjs', order: 'before' },
    { set: 'anthropic-0', node: 20, modules: 'cjs', order: 'after' },
    { set: 'anthropic-1', node: 22, modules: 'esm', order: 'before' },
  ],
  recorded: { probes: (name) => !/throwing|run-tools/.test(name) },
})
