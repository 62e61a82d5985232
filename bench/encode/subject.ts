// What the benchmark measures, bundled by it as the package is: TypeScript runners that keep names slow closures down.
export { readableSpan } from '../../src/delivery/readable-span.ts'
export { resourceAttributes, resourceLike } from '../../src/delivery/resource.ts'
export { encodeRecord, encodeRequest } from '../../src/span/otlp/request.ts'
export { snapshotOf } from '../../src/span/snapshot/snapshot.ts'
export { forEachExportedAttribute as forEachWireAttribute } from '../../src/span/span-attributes.ts'
