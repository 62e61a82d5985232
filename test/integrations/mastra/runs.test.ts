import { testFrameworkRuns, treesThere } from '../../support/framework-runs.ts'
import { expectAttributes } from './attributes.ts'
import { fixture, programs, ways } from './matrix.ts'
import { scripts } from './scripts.ts'
import { linesOf, treesOf } from './trees.ts'

testFrameworkRuns({
  ways,
  fixture,
  programs,
  scripts,
  least: 13,
  // Errors of workflows are printed with their stack, which has frames of turnspan's.
  comparable: (stderr) => stderr.replaceAll(/^ +at .*\n/gm, ''),
  linesOf,
  trees: (set, bare) => treesThere(treesOf(set), bare),
  expectAttributes,
})
