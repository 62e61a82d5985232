// What the benchmark measures, bundled by it as the package is: TypeScript runners that keep names slow closures down.
export { readableSpan } from '../../src/delivery/readable-span.ts'
export { resourceAttributes, resourceLike } from '../../src/delivery/resource.ts'
export { contentOf } from '../../src/span/content/capture-content.ts'
export { encodeRecord, encodeRequest } from '../../src/span/otlp/request.ts'
export { forEachExportedAttribute as forEachWireAttribute } from '../../src/span/span-attributes.ts'
