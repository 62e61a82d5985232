// What the benchmark measures, bundled by it as the package is.
export { writeSnapshot } from '../../src/otlp/snapshot-value.ts'
export { takeSnapshot } from '../../src/span/capture/capture.ts'
