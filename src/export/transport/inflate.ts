import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib'

/** `body` as it was before it was compressed by `encodings`, in that order; `undefined` where that cannot be had. */
export function inflated(body: Buffer, encodings: string | undefined, maxBytes: number): Buffer | undefined {
  const most = { maxOutputLength: maxBytes }
  let read = body
  try {
    for (const encoding of (encodings ?? '').toLowerCase().split(',').reverse()) {
      switch (encoding.trim()) {
        case '':
        case 'identity':
          break
        case 'gzip':
        case 'x-gzip':
          read = read.length === 0 ? read : gunzipSync(read, most)
          break
        case 'deflate':
          read = read.length === 0 ? read : inflateSync(read, most)
          break
        case 'br':
          read = read.length === 0 ? read : brotliDecompressSync(read, most)
          break
        default:
          return undefined
      }
    }
    return read
  } catch {
    return undefined
  }
}
