import { trend } from './watch.mjs'

const WARM_UP = 0.25
/** What growth over the whole time counts as a leak, and not as a garbage collector's mood. */
const MOST_HEAP_GROWTH_MB = 3
const MOST_RSS_GROWTH_MB = 15
const MOST_MORE_FILES = 3

/** The table, and what is wrong. */
export function report(run) {
  const { samples, end, row, left, recoveries } = run
  const warm = samples.filter(({ minute }) => minute >= run.minutes * WARM_UP)
  const heap = trend(warm, ({ heapUsed }) => heapUsed / 1e6)
  const outside = trend(warm, ({ external }) => external / 1e6)
  const rss = trend(warm, ({ rss }) => rss / 1e6)
  const files = trend(warm, ({ files }) => files)
  const missing = row.missing(end.started)
  const { sent, queued, spooled, rejected, dropped } = end.report
  const gone = Object.values(dropped).reduce((sum, n) => sum + n, 0)
  const longest = Math.max(0, ...recoveries)

  const violations = []
  const must = (holds, what) => holds || violations.push(what)
  must(
    missing.length === 0,
    `${missing.length} spans never arrived, such as ${missing.slice(0, 5).join(', ')}`,
  )
  must(gone === 0, `dropped: ${JSON.stringify(dropped)}`)
  must(rejected === 0, `${rejected} spans were given up as rejected`)
  must(queued + spooled === 0, `${queued} queued and ${spooled} spooled at the end`)
  must(sent + queued + spooled + rejected + gone === end.started, 'the books do not add up')
  must(left.length === 0, `files left in the spool: ${left.slice(0, 3).join(', ')}`)
  must(heap.growth <= MOST_HEAP_GROWTH_MB, `the heap grew by ${heap.growth.toFixed(1)} MB`)
  must(outside.growth <= MOST_HEAP_GROWTH_MB, `buffers grew by ${outside.growth.toFixed(1)} MB`)
  must(rss.growth <= MOST_RSS_GROWTH_MB, `RSS grew by ${rss.growth.toFixed(1)} MB`)
  must(files.growth <= MOST_MORE_FILES, `descriptors grew by ${files.growth.toFixed(1)}`)

  const { cpu, system, node } = run.machine
  const line = (name, { first, last, least, most, growth, slope }, digits) =>
    `| ${[name, first, last, least, most, slope, growth].map((n) => (typeof n === 'number' ? n.toFixed(digits) : n)).join(' | ')} |`
  const counted = (list) =>
    Object.entries(list)
      .sort(([, a], [, b]) => b - a)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ')
  const text = [
    `${cpu}, ${system}, Node ${node}; ${run.minutes.toFixed(1)} minutes, ${samples.length} faults`,
    '',
    '| spans ended | unique at the sink | missing | arrived again | dropped | rejected | longest recovery by itself |',
    '|---:|---:|---:|---:|---:|---:|---:|',
    `| ${end.started} | ${row.unique()} | ${missing.length} | ${row.repeated()} | ${gone} | ${rejected} | ${(longest / 1000).toFixed(1)} s |`,
    '',
    '| after warm-up | first | last | least | most | a minute | growth in all |',
    '|---|---:|---:|---:|---:|---:|---:|',
    line('heap after collection, MB', heap, 2),
    line('buffers outside the heap, MB', outside, 2),
    line('RSS, MB', rss, 1),
    line('file descriptors', files, 1),
    '',
    `Faults: ${counted(run.happened)}.`,
    `Answers: ${counted(run.sink.counts.answers)}.`,
    `Said on stderr: ${counted(codes(run.said)) || 'nothing'}.`,
    '',
    ...(violations.length === 0 ? ['Everything holds.'] : violations.map((what) => `VIOLATED: ${what}`)),
    '',
  ].join('\n')
  return { text, violations }
}

function codes(said) {
  const found = {}
  for (const [code] of said.matchAll(/TS_[A-Z_]+/g)) found[code] = (found[code] ?? 0) + 1
  return found
}
