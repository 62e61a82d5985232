// What the benchmark measures, bundled by it as the package is: TypeScript runners that keep names slow closures down.
export { readableSpan } from '../../src/export/targets/readable-span.ts'
export { resourceAttributes, resourceLike } from '../../src/export/targets/resource.ts'
export { encodeRecord, encodeRequest } from '../../src/otlp/request.ts'
export { forEachExportedAttribute as forEachWireAttribute } from '../../src/span/semconv/span-attributes.ts'
export { snapshotOf } from '../../src/span/snapshot/snapshot.ts'
