import { useAzureMonitor } from '@azure/monitor-opentelemetry'

useAzureMonitor({
  azureMonitorExporterOptions: {
    connectionString: `InstrumentationKey=00000000-0000-4000-8000-000000000000;IngestionEndpoint=${process.env.THEIRS}/`,
    disableOfflineStorage: true,
  },
  enableLiveMetrics: false,
  // Its limit of five traces a second refuses the first ones of a program that starts fast.
  tracesPerSecond: 0,
  samplingRatio: 1,
})
