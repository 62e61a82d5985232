import { treeOf } from '../../support/differential.ts'
import { testFrameworkRuns } from '../../support/framework-runs.ts'
import { expectAttributes } from './attributes.ts'
import { fixture, programs, ways } from './matrix.ts'
import { scripts } from './scripts.ts'
import { formerTrees, trees } from './trees.ts'

testFrameworkRuns({
  ways,
  fixture,
  programs,
  scripts,
  least: 44,
  // Of a rejection that nobody handles, which is the last thing that happens, the SDK writes the request with its time, and
  // older versions the promise with Node's own numbers.
  comparable: (text) => text.replaceAll(/date: '[^']*'/g, 'date').replace(/ Promise \{[\s\S]*$/, ''),
  linesOf: treeOf,
  trees: (set) => (set === 'agents-0.20' ? trees : formerTrees),
  expectAttributes,
})
