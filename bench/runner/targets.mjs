import { BASE } from './contenders.mjs'
import { ratiosOf, spread, valuesOf } from './figures.mjs'

const OWN = 'turnspan'

/** [figure, workload, key, most × of the base] */
const MOST = [
  ['caller CPU per agent turn', 'turn', 'callerUs', 0.35],
  ['total CPU per delivered turn', 'turn', 'totalUs', 0.25],
  ['heap allocated per turn', 'turn', 'heapKb', 0.25],
  ['tiny sync span', 'tiny', 'syncNs', 0.35],
  ['tiny async span', 'tiny', 'asyncNs', 0.6],
  ['burst: peak memory', 'burst', 'peakRssMb', 1.5],
  ['burst: longest stall', 'burst', 'stallMs', 1],
  ['1,000 turns at once: peak memory', 'concurrent', 'peakRssMb', 1.5],
  ['event-loop delay p99.9 at 2,000 spans/s', 'steady', 'p999', 0.18],
  ['longest stall, 1 MiB value', 'large', 'oneStallMs', 0.25],
  ['longest stall, 10 MiB value', 'large', 'tenStallMs', 0.15],
  ['import and set-up, CPU', 'start', 'cpuMs', 0.35],
]

/** [figure, workload, key, most, unit] */
const ABSOLUTE = [
  ['burst of 50,000: lost', 'burst', 'lostPercent', 0, '%'],
  ['1,000 turns at once: lost', 'concurrent', 'lostPercent', 0, '%'],
  ['1,000 turns at once: orphans', 'concurrent', 'orphans', 0, ''],
  ['1,000 turns at once: wrong parents', 'concurrent', 'wrongParents', 0, ''],
]

/** Each target whose workload ran, with what was measured. */
export function targetsOf(all) {
  const judgements = [
    ...MOST.map(([figure, workload, key, most]) =>
      judged(figure, `≤ ${most} ×`, ratios(all, workload, key, OWN), (value) => value <= most),
    ),
    judged(
      'total CPU per turn with gzip',
      '≤ 0.25 ×',
      ratios(all, 'turn', 'totalUs', 'turnspan-gzip', 'otel2-gzip'),
      (v) => v <= 0.25,
    ),
    judged(
      'sustained export, spans/s',
      '≥ 4 ×',
      ratios(all, 'yield', 'spansPerS', OWN),
      (value) => value >= 4,
    ),
    ...ABSOLUTE.map(([figure, workload, key, most, unit]) =>
      judged(
        figure,
        `≤ ${most}${unit && ` ${unit}`}`,
        spread(valuesOf(all[workload] ?? [], OWN, key)),
        (v) => v <= most,
      ),
    ),
    judged(
      'not configured: import, CPU',
      '≤ 0.2 ×',
      ratios(all, 'start', 'cpuMs', 'turnspan-off'),
      (v) => v <= 0.2,
    ),
    judged(
      'not configured: timers',
      '0',
      spread(valuesOf(all.start ?? [], 'turnspan-off', 'timers')),
      (v) => v === 0,
    ),
    ...['syncNs', 'asyncNs'].map((key) =>
      judged(
        `not configured: wrapped call, ${key === 'syncNs' ? 'sync' : 'async'}`,
        '≤ 0.5 × of the floor',
        aboveBare(all, key),
        (v) => v <= 0.5,
      ),
    ),
  ]
  return judgements.filter(({ stat }) => stat !== undefined)
}

function ratios(all, workload, key, name, base = BASE) {
  return spread(ratiosOf(all[workload] ?? [], name, base, key))
}

/**
 * What a call costs beyond the bare call, to what AsyncLocalStorage alone costs beyond it. A bare call takes between
 * half a nanosecond and forty, depending on what the compiler makes of the loop in that process; so the medians are
 * compared, and the ratios of single rounds only show how far they are apart.
 */
function aboveBare(all, key) {
  const rounds = all.tiny ?? []
  const middle = (name) => spread(valuesOf(rounds, name, key))?.median
  const compare = (of) => (of('turnspan-off') - of('untraced')) / (of('als-floor') - of('untraced'))
  const single = spread(rounds.map((round) => compare((name) => round[name]?.[key])))
  return single && { ...single, median: compare(middle) }
}

function judged(figure, limit, stat, isMet) {
  return { figure, limit, stat, met: stat !== undefined && isMet(stat.median) }
}
