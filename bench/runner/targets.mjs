import { BASE, CONTENDERS } from './contenders.mjs'
import { ratiosOf, spread, valuesOf } from './figures.mjs'

const OWN = 'turnspan'

/** [figure, workload, key, most × of the base, contender] */
const RATIOS = [
  ['caller CPU per agent turn', 'turn', 'callerUs', 0.3],
  ['caller CPU, to other receivers', 'turn', 'callerUs', 0.3, 'turnspan-otlp'],
  ['caller CPU, with the shared provider', 'turn', 'callerUs', 0.6, 'turnspan-shared'],
  ['caller CPU, with the spool', 'turn', 'callerUs', 0.6, 'turnspan-spool'],
  ['total CPU per delivered turn', 'turn', 'totalUs', 0.27],
  ['total CPU, to other receivers', 'turn', 'totalUs', 0.3, 'turnspan-otlp'],
  ['total CPU with gzip, of theirs with gzip', 'turn', 'totalUs', 0.27, 'turnspan-gzip'],
  ['heap allocated per turn', 'turn', 'heapKb', 0.24],
  ['tiny sync span, nested', 'tiny', 'syncNs', 0.35],
  ['tiny sync span, root', 'tiny', 'rootNs', 0.5],
  ['tiny async span, nested', 'tiny', 'asyncNs', 0.5],
  ['tiny async span, root', 'tiny', 'asyncRootNs', 0.65],
  ['2,000 spans/s: CPU between two ticks, p99', 'steady', 'tickP99', 0.2],
  ['2,000 spans/s: CPU between two ticks, p99.9', 'steady', 'tickP999', 0.06],
  ['burst of 50,000: longest stall', 'burst', 'stallMs', 1.1],
  ['burst of 50,000: peak memory', 'burst', 'peakRssMb', 1.4],
  ['recording a text of 1 MB: the call', 'text', 'oneSetUs', 1],
  ['recording a text of 1 MB, two bytes a character: the call', 'text', 'wideSetUs', 1],
  ['recording a text of 10 MB: the call', 'text', 'tenSetUs', 1],
  ['span with a text of 1 MB', 'text', 'oneCallUs', 1],
  ['span with a text of 1 MB, two bytes a character', 'text', 'wideCallUs', 1],
  ['span with a text of 1 MB, near the limit', 'text', 'oneCallUs', 1, 'turnspan-default-limits'],
  ['span with a text of 10 MB', 'text', 'tenCallUs', 1],
  ['span with a text of 10 MB, cut at the limit', 'text', 'tenCallUs', 1, 'turnspan-default-limits'],
  ['import, `init`, first span: CPU', 'start', 'cpuMs', 0.35],
  ['not configured: import, CPU', 'start', 'cpuMs', 0.2, 'turnspan-off'],
]

/** [figure, workload, key, most, unit, contender] */
const ABSOLUTE = [
  ['burst of 50,000: lost', 'burst', 'lostPercent', 0, '%'],
  ['1,000 turns at once: lost', 'concurrent', 'lostPercent', 0, '%'],
  ['1,000 turns at once: orphans', 'concurrent', 'orphans', 0, ''],
  ['1,000 turns at once: wrong parents', 'concurrent', 'wrongParents', 0, ''],
  ['not configured: timers', 'start', 'timers', 0, '', 'turnspan-off'],
]

/** Most kB, gzipped, of what `bundleSizes` measures. */
const SIZES = { entry: 60, withSpan: 25 }

/** Each target whose workload ran, with what was measured. `sizes` is what `bundleSizes` gives. */
export function targetsOf(all, sizes = []) {
  const judgements = [
    ...RATIOS.map(([figure, workload, key, most, name]) =>
      judged(figure, `≤ ${most} ×`, ratios(all, workload, key, name), (value) => value <= most),
    ),
    judged('sustained export, spans/s', '≥ 4 ×', ratios(all, 'yield', 'spansPerS'), (value) => value >= 4),
    ...ABSOLUTE.map(([figure, workload, key, most, unit, name = OWN]) =>
      judged(
        figure,
        `≤ ${most}${unit && ` ${unit}`}`,
        spread(valuesOf(all[workload] ?? [], name, key)),
        (value) => value <= most,
      ),
    ),
    ...['syncNs', 'asyncNs'].map((key) =>
      judged(
        `not configured: wrapped call, ${key === 'syncNs' ? 'sync' : 'async'}`,
        '≤ 0.5 × of the floor',
        aboveBare(all, key),
        (value) => value <= 0.5,
      ),
    ),
    ...sizes.map(({ key, title, gzippedKb }) =>
      judged(`${title}, gzipped`, `≤ ${SIZES[key]} kB`, spread([gzippedKb]), (value) => value <= SIZES[key]),
    ),
  ]
  return judgements.filter(({ stat }) => stat !== undefined)
}

function ratios(all, workload, key, name = OWN) {
  const { base = BASE } = CONTENDERS.find((contender) => contender.name === name)
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
