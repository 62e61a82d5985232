import { withTurnspan } from 'turnspan/next'

// As users write it: a function, a promise, and settings of their own, which must go on to hold.
export default withTurnspan(async () => ({
  output: 'standalone',
  outputFileTracingRoot: process.env.FIXTURE_ROOT,
  serverExternalPackages: ['zod'],
  env: { OWN: 'kept' },
  turbopack: { root: process.env.FIXTURE_ROOT, resolveAlias: { 'the-question': './lib/ask.js' } },
  webpack(config) {
    config.resolve.alias['the-question'] = `${import.meta.dirname}/lib/ask.js`
    return config
  },
}))
