import { LangfuseSpanProcessor } from '@langfuse/otel'
import { NodeSDK } from '@opentelemetry/sdk-node'

const processor = new LangfuseSpanProcessor({
  publicKey: 'pk',
  secretKey: 'sk',
  baseUrl: process.env.THEIRS,
  exportMode: 'immediate',
})
new NodeSDK({ spanProcessors: [processor] }).start()
