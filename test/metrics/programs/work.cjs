// A turn whose metrics are printed. The code of the metrics is loaded after `init`, and takes up what ended before.
exports.work = async ({ metrics, sdk, turnspan }) => {
  turnspan.init({
    endpoint: process.env.ENDPOINT,
    metrics: process.env.ON === 'true',
    instrumentations: false,
  })
  class Reader extends sdk.MetricReader {
    async onForceFlush() {}
    async onShutdown() {}
  }
  const reader = new Reader()
  metrics.setGlobalMeterProvider(new sdk.MeterProvider({ readers: [reader] }))
  turnspan.withAgent({ agent: 'support' }, () => turnspan.withTool({ tool: 'weather' }, () => 'sunny'))
  await turnspan.flushTraces()
  let { resourceMetrics } = await reader.collect()
  while (process.env.ON === 'true' && resourceMetrics.scopeMetrics.length === 0) {
    await new Promise((resolve) => setImmediate(resolve))
    resourceMetrics = (await reader.collect()).resourceMetrics
  }
  const names = resourceMetrics.scopeMetrics.flatMap((scope) =>
    scope.metrics.map(({ descriptor }) => `${scope.scope.name} ${descriptor.name}`),
  )
  process.stdout.write(names.sort().join('\n'))
}
