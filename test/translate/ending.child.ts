import { trace } from '@opentelemetry/api'
import { init } from '../../src/index.ts'

/** Ends a span of a library, and then the program, at once where it is told an exit code. */
const [url = '', attributes = '', exitCode] = process.argv.slice(2)
init({ endpoint: url, protocol: 'http/protobuf', captureContent: true, contentKeys: 'mlflow' })
trace
  .getTracer('openai')
  .startSpan('call', { attributes: JSON.parse(attributes) })
  .end()
if (exitCode !== undefined) process.exit(Number(exitCode))
