/**
 * `JSON.parse` for what Python writes: integers beyond 2^53 come back as `bigint`, and `NaN`, `Infinity`,
 * which are not JSON but which MLflow stores and sends, as numbers.
 */
export function parseExactJson(text: string): unknown {
  const safe = text.replace(/"(?:[^"\\]|\\.)*"|(?<![\w.+-])-?\d{16,}(?![\d.eE])|-?Infinity|NaN/g, (token) =>
    token.startsWith('"') || Number.isSafeInteger(Number(token)) ? token : `"${TAG}${token}"`,
  )
  return JSON.parse(safe, (_, value: unknown) => {
    if (typeof value !== 'string' || !value.startsWith(TAG)) return value
    const token = value.slice(TAG.length)
    return /\d/.test(token) ? BigInt(token) : Number(token)
  })
}

// A private-use character: no token of real data starts with it.
const TAG = '\uE000exact:'
