import { treeOf } from '../../support/differential.ts'
import { testFrameworkRuns, treesThere } from '../../support/framework-runs.ts'
import { expectAttributes } from './attributes.ts'
import { fixture, programs, ways } from './matrix.ts'
import { scripts } from './scripts.ts'
import { trees } from './trees.ts'

testFrameworkRuns({
  ways,
  fixture,
  programs,
  scripts,
  least: 36,
  // Versions have numbers of their own in what nobody handles.
  comparable: (text) => text.replaceAll(/\(node[^)]*\)|asyncId: \d+/g, ''),
  linesOf: treeOf,
  trees: (_set, bare) => treesThere(trees, bare),
  expectAttributes: (_set, spansOf) => expectAttributes(spansOf),
})
