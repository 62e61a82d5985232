/** Wire types of protobuf; groups (3 and 4) are in no message of OTLP. */
export const VARINT = 0
export const FIXED64 = 1
export const LENGTH_DELIMITED = 2
export const FIXED32 = 5

/** Bytes of the longest varint, which holds 64 bits. */
export const MAX_VARINT_LENGTH = 10
