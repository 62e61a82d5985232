import { fixed64Tag, lengthTag, varintTag } from '../otlp/writer.ts'

// Field numbers of common/v1/common.proto, as tags.

/** Of `KeyValue`. */
export const KEY: number = lengthTag(1)
export const VALUE: number = lengthTag(2)

/** Of `AnyValue`. */
export const STRING: number = lengthTag(1)
export const BOOL: number = varintTag(2)
export const INT: number = varintTag(3)
export const DOUBLE: number = fixed64Tag(4)
export const ARRAY: number = lengthTag(5)
export const KVLIST: number = lengthTag(6)

/** Of `ArrayValue` and `KeyValueList`. */
export const ITEM: number = lengthTag(1)
