import { webHex } from '../ids/web-hex.ts'

/** As in `src/ids/random-hex.ts`. */
export { webHex as randomHex } from '../ids/web-hex.ts'

export const newTraceId = (): string => webHex(16)

export const newSpanId = (): string => webHex(8)
