import type { Plugin as EsbuildPlugin } from 'esbuild'
import type { PluginOption, Rollup } from 'vite'
import { describe, expectTypeOf, it } from 'vitest'
import { turnspanEsbuildPlugin, turnspanRollupPlugin, turnspanVitePlugin } from '../../src/bundler/index.ts'
import { withTurnspan } from '../../src/next/index.ts'

describe('the plugins', () => {
  it('are what bundlers take', () => {
    expectTypeOf(turnspanEsbuildPlugin()).toExtend<EsbuildPlugin>()
    expectTypeOf(turnspanRollupPlugin()).toExtend<Rollup.Plugin>()
    expectTypeOf(turnspanVitePlugin({ integrations: ['openai'] })).toExtend<PluginOption>()
  })
})

describe('withTurnspan', () => {
  it('gives a configuration of the kind that it took', () => {
    const settings: { output?: 'standalone' } = {}
    expectTypeOf(withTurnspan(settings)).toEqualTypeOf<{ output?: 'standalone' }>()
    expectTypeOf(withTurnspan(async (_phase: string) => settings)).returns.resolves.toEqualTypeOf<{
      output?: 'standalone'
    }>()
  })
})
