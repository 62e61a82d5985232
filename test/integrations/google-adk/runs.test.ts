import { testFrameworkRuns, treesThere } from '../../support/framework-runs.ts'
import { linesOf } from '../foreign/translated.ts'
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
  linesOf,
  trees: (_set, bare) => treesThere(trees, bare),
  expectAttributes: (_set, spansOf) => expectAttributes(spansOf),
})
