/** What the samples say about leaks: from the first after the warm-up to the last, with the slope between them. */
export function trend(samples, read) {
  const points = samples.map((sample) => ({ x: sample.minute, y: read(sample) }))
  const values = points.map(({ y }) => y)
  const mean = (list) => list.reduce((sum, n) => sum + n, 0) / list.length
  const middle = { x: mean(points.map(({ x }) => x)), y: mean(values) }
  const spread = points.reduce((sum, { x }) => sum + (x - middle.x) ** 2, 0)
  const shared = points.reduce((sum, { x, y }) => sum + (x - middle.x) * (y - middle.y), 0)
  const slope = spread === 0 ? 0 : shared / spread
  return {
    first: values.at(0),
    last: values.at(-1),
    least: Math.min(...values),
    most: Math.max(...values),
    slope,
    /** What the slope adds up to over the time that was watched. */
    growth: slope * (points.at(-1).x - points[0].x),
  }
}

/** Numbers of spans, each of which must arrive. */
export function createRow() {
  let seen = new Uint8Array(1 << 20)
  let unique = 0
  let repeated = 0
  return {
    add(number) {
      if (number >= seen.length) {
        const wider = new Uint8Array(Math.max(number + 1, seen.length * 2))
        wider.set(seen)
        seen = wider
      }
      if (seen[number]) repeated += 1
      else unique += 1
      seen[number] = 1
    },
    unique: () => unique,
    repeated: () => repeated,
    /** Those of the first `count` that never came. */
    missing(count) {
      const gaps = []
      for (let i = 0; i < count; i += 1) if (!seen[i]) gaps.push(i)
      return gaps
    },
  }
}
