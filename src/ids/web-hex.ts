const ALL_ZERO = /^0*$/

/** `bytes` random bytes as lower-case hex, never all zero, with nothing but what every runtime of the Web has. */
export function webHex(bytes: number): string {
  const drawn = crypto.getRandomValues(new Uint8Array(bytes))
  const hex = Array.from(drawn, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return ALL_ZERO.test(hex) ? webHex(bytes) : hex
}
