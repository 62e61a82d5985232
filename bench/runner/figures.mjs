/** Middle, least and most of `values`; `undefined` where nothing was measured. */
export function spread(values) {
  const sorted = values.filter((value) => Number.isFinite(value)).sort((a, b) => a - b)
  if (sorted.length === 0) return undefined
  const half = sorted.length / 2
  const middle = sorted.length % 2 === 1 ? sorted[Math.floor(half)] : (sorted[half - 1] + sorted[half]) / 2
  return { median: middle, min: sorted[0], max: sorted[sorted.length - 1] }
}

/** What `name` measured of `figure`, round by round. */
export function valuesOf(results, name, figure) {
  return results.map((round) => round[name]?.[figure])
}

/** `name` to `base`, each time in the same round. */
export function ratiosOf(results, name, base, figure) {
  return results.map((round) => {
    const [own, other] = [round[name]?.[figure], round[base]?.[figure]]
    return own === undefined || other === undefined ? Number.NaN : own / other
  })
}

/** A number with as many digits as it deserves. */
export function shown(value) {
  if (value === undefined) return '–'
  const size = Math.abs(value)
  if (size >= 10_000) return Math.round(value).toLocaleString('en')
  return value.toFixed(size >= 100 || value === 0 ? 0 : size >= 10 ? 1 : 2)
}

/** `12.1 (11.8–13.0)`; the middle alone where all rounds agree. */
export function shownSpread(stat) {
  if (stat === undefined) return '–'
  const { median, min, max } = stat
  const [low, high] = [shown(min), shown(max)]
  return low === high ? shown(median) : `${shown(median)} (${low}–${high})`
}
