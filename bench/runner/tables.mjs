import { BASE } from './contenders.mjs'
import { ratiosOf, shown, shownSpread, spread, valuesOf } from './figures.mjs'

/** The table of one workload: a row for each contender, a × column beside each figure that is compared. */
export function workloadTable(workload, contenders, results) {
  const header = [
    'contender',
    ...workload.figures.flatMap(({ title, ratio }) => (ratio ? [title, '×'] : [title])),
  ]
  const rows = contenders.map((contender) => row(workload, contender, results))
  return [`### ${workload.title}`, '', ...markdown([header, ...rows]), ''].join('\n')
}

function row(workload, { name, base = BASE }, results) {
  const reason = results.map((round) => round[name]).find((result) => result?.unavailable || result?.failed)
  if (reason) {
    const why = reason.failed ? 'failed' : 'not available'
    return [name, why, ...workload.figures.flatMap(({ ratio }) => (ratio ? ['', ''] : [''])).slice(1)]
  }
  const cells = workload.figures.flatMap(({ key, ratio }) => {
    const value = shownSpread(spread(valuesOf(results, name, key)))
    return ratio ? [value, times(spread(ratiosOf(results, name, base, key)))] : [value]
  })
  return [name, ...cells]
}

const times = (stat) => (stat === undefined ? '–' : `**${stat.median.toFixed(2)}**`)

/** How `turnspan` stands to what it set out to reach. */
export function targetTable(targets) {
  const rows = targets.map(({ figure, limit, stat, met }) => [
    figure,
    limit,
    shownSpread(stat),
    met ? 'met' : 'missed',
  ])
  return ['### Targets', '', ...markdown([['figure', 'target', 'measured', ''], ...rows]), ''].join('\n')
}

/** What an application gets into its `node_modules`. */
export function installTable(rows) {
  const cells = rows.map(({ name, packages, mb }) => [name, shown(packages), shown(mb)])
  return ['### Install', '', ...markdown([['contender', 'packages', 'MB'], ...cells]), ''].join('\n')
}

/** What a bundle holds of turnspan. */
export function sizeTable(rows) {
  const cells = rows.map(({ title, kb, gzippedKb }) => [title, shown(kb), shown(gzippedKb)])
  return ['### Size', '', ...markdown([['bundle', 'kB minified', 'gzipped'], ...cells]), ''].join('\n')
}

function markdown([header, ...rows]) {
  const line = (cells) => `| ${cells.join(' | ')} |`
  const rule = `|${header.map((_, i) => (i === 0 ? '---|' : '---:|')).join('')}`
  return [line(header), rule, ...rows.map(line)]
}
