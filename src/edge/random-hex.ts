/** As in `src/ids/random-hex.ts`. */
export { webHex as randomHex } from '../ids/web-hex.ts'

export const randomWords = (count: number): number[] => [...crypto.getRandomValues(new Uint32Array(count))]
