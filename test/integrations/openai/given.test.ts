import { testGiven } from '../../support/given.ts'
import { fixture, programs } from './matrix.ts'

testGiven({
  library: 'openai',
  programs,
  fixture,
  ways: [
    { set: 'openai-4.0', node: 20, modules: 'cjs', order: 'before' },
    { set: 'openai-5', node: 20, modules: 'esm', order: 'after' },
    { set: 'openai-7', node: 22, modules: 'esm', order: 'before' },
  ],
  // A form is no JSON, and what failed before it was sent was never JSON; tools that are run have a span above.
  recorded: { probes: (name) => !/throwing|run-tools|retried/.test(name) },
})
