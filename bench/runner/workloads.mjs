const HEAP = ['--expose-gc', '--min-semi-space-size=256', '--max-semi-space-size=256']

/**
 * What is measured. `kinds`: which contenders take part. `rounds`: full and quick. `runs`: the children of one round;
 * their results are put together. `figures`: the columns; those with `ratio` are compared with the base of the same
 * round, and for all of them less is better unless `more` says so.
 */
export const WORKLOADS = {
  turn: {
    ...turns('A1 – agent turn: 8 nested spans, 36 kB of payload', {}),
    kinds: ['floor', 'on', 'otlp', 'off', 'gzip', 'spool', 'peer'],
    rounds: { full: 7, quick: 2 },
  },
  fresh: turns('A2 – the same with payloads that are made anew for each turn', { payloads: 'fresh' }),
  cjk: turns('A3 – the same, in Chinese and emoji', { payloads: 'cjk' }),
  tiny: {
    title: 'B – spans without payload',
    kinds: ['floor', 'on', 'off', 'peer'],
    rounds: { full: 7, quick: 2 },
    runs: [{ params: { full: { blocks: 40 }, quick: { blocks: 20 } } }],
    figures: [
      { key: 'syncNs', title: 'sync ns', ratio: true },
      { key: 'asyncNs', title: 'async ns', ratio: true },
      { key: 'rootNs', title: 'root ns', ratio: true },
      { key: 'asyncRootNs', title: 'async root ns', ratio: true },
      { key: 'syncCpuNs', title: 'sync CPU ns, delivered', ratio: true },
      { key: 'asyncCpuNs', title: 'async CPU ns, delivered' },
      { key: 'lostPercent', title: 'lost %' },
    ],
  },
  burst: burst('C1 – 50,000 spans without yielding, until delivered', { turns: 6250 }),
  yield: burst('C2 – 50,000 spans with one turn of the loop after each agent turn', {
    turns: 6250,
    yields: true,
  }),
  start: {
    title: 'E – import, set-up and first span',
    kinds: ['floor', 'on', 'off', 'spool', 'peer'],
    rounds: { full: 9, quick: 3 },
    runs: [{ params: { full: {}, quick: {} } }],
    figures: [
      { key: 'cpuMs', title: 'CPU ms', ratio: true },
      { key: 'wallMs', title: 'wall ms', ratio: true },
      { key: 'importCpuMs', title: 'import CPU ms' },
      { key: 'setUpCpuMs', title: 'set-up CPU ms' },
      { key: 'firstSpanCpuMs', title: 'first span CPU ms' },
      { key: 'rssMb', title: 'RSS + MB' },
      { key: 'timers', title: 'timers' },
    ],
  },
  concurrent: {
    title: 'F – 1,000 turns at once',
    kinds: ['floor', 'on', 'spool', 'peer'],
    rounds: { full: 3, quick: 1 },
    runs: [{ params: { full: { turns: 1000 }, quick: { turns: 1000 } } }],
    figures: [
      { key: 'wallMs', title: 'wall ms', ratio: true },
      { key: 'flushMs', title: 'flush ms' },
      { key: 'cpuMs', title: 'CPU ms', ratio: true },
      { key: 'peakRssMb', title: 'peak RSS MB', ratio: true },
      { key: 'delivered', title: 'delivered' },
      { key: 'lostPercent', title: 'lost %' },
      { key: 'orphans', title: 'orphans' },
      { key: 'wrongParents', title: 'wrong parents' },
    ],
  },
  large: {
    title: 'G1 – one value of 1 MiB and of 10 MiB',
    kinds: ['floor', 'on', 'limits', 'peer'],
    rounds: { full: 5, quick: 1 },
    runs: [{ params: { full: { times: 5 }, quick: { times: 3 } } }],
    figures: [
      { key: 'oneCallMs', title: '1 MiB: call ms' },
      { key: 'oneStallMs', title: 'stall ms', ratio: true },
      { key: 'oneCpuMs', title: 'CPU ms' },
      { key: 'tenCallMs', title: '10 MiB: call ms' },
      { key: 'tenStallMs', title: 'stall ms', ratio: true },
      { key: 'tenBlockMs', title: 'longest block ms', ratio: true },
      { key: 'tenCpuMs', title: 'CPU ms' },
      { key: 'peakRssMb', title: 'peak RSS MB' },
      { key: 'longest', title: 'longest attribute at the sink' },
    ],
  },
  conversation: {
    title: 'I – a conversation of 30 turns, with all that was said before in every model call',
    kinds: ['on', 'otlp', 'gzip', 'peer'],
    rounds: { full: 2, quick: 1 },
    runs: [{ params: { full: { turns: 30 }, quick: { turns: 30 } } }],
    figures: [
      { key: 'sentKb', title: 'sent kB', ratio: true },
      { key: 'gzippedKb', title: 'gzipped kB', ratio: true },
      { key: 'requests', title: 'requests' },
      { key: 'lostPercent', title: 'lost %' },
    ],
  },
  text: {
    title: 'G2 – a span that records one text, of 1 MB and of 10 MB',
    kinds: ['on', 'limits'],
    rounds: { full: 5, quick: 2 },
    runs: [{ params: { full: { times: 15 }, quick: { times: 9 } } }],
    figures: [
      { key: 'oneCallUs', title: '1 MB: span µs', ratio: true },
      { key: 'oneSetUs', title: 'set µs' },
      { key: 'wideCallUs', title: '1 MB, two bytes a character: span µs', ratio: true },
      { key: 'wideSetUs', title: 'set µs' },
      { key: 'tenCallUs', title: '10 MB: span µs', ratio: true },
      { key: 'tenSetUs', title: 'set µs' },
      { key: 'lostPercent', title: 'lost %' },
    ],
  },
  steady: {
    title: 'H – 2,000 spans a second',
    kinds: ['floor', 'on', 'spool', 'peer'],
    rounds: { full: 3, quick: 1 },
    runs: [{ params: { full: { seconds: 6 }, quick: { seconds: 4 } } }],
    figures: [
      { key: 'p50', title: 'delay p50 ms' },
      { key: 'p99', title: 'p99 ms' },
      { key: 'p999', title: 'p99.9 ms', ratio: true },
      { key: 'max', title: 'max ms' },
      { key: 'tickP99', title: 'CPU between ticks p99 ms', ratio: true },
      { key: 'tickP999', title: 'p99.9 ms', ratio: true },
      { key: 'tickMax', title: 'max ms' },
      { key: 'tickLongest', title: 'longest in ½ s, ms', ratio: true },
      { key: 'slowestMs', title: 'slowest turn ms' },
      { key: 'mainPercent', title: 'main thread %' },
      { key: 'processPercent', title: 'process %' },
      { key: 'lostPercent', title: 'lost %' },
    ],
  },
}

function turns(title, params) {
  const cpu = (blocks) => ({ ...params, blocks })
  const heap = (blocks) => ({ ...params, blocks, heap: true })
  return {
    title,
    program: 'turn',
    kinds: ['floor', 'on', 'otlp', 'peer'],
    rounds: { full: 5, quick: 1 },
    runs: [
      { params: { full: cpu(16), quick: cpu(10) } },
      { params: { full: heap(6), quick: heap(4) }, nodeArgs: HEAP },
    ],
    figures: [
      { key: 'callerUs', title: 'caller CPU µs', ratio: true },
      { key: 'totalUs', title: 'total CPU µs', ratio: true },
      { key: 'mainUs', title: 'main thread µs' },
      { key: 'callerKb', title: 'heap kB, caller' },
      { key: 'heapKb', title: 'heap kB, all', ratio: true },
      { key: 'heldKb', title: 'held kB', ratio: true },
      { key: 'peakRssMb', title: 'peak RSS MB', ratio: true },
      { key: 'wireKb', title: 'wire kB' },
      { key: 'lostPercent', title: 'lost %' },
    ],
  }
}

function burst(title, params) {
  return {
    title,
    program: 'burst',
    kinds: ['on', 'spool', 'peer'],
    rounds: { full: 3, quick: 1 },
    runs: [{ params: { full: params, quick: params } }],
    figures: [
      { key: 'delivered', title: 'delivered' },
      { key: 'lostPercent', title: 'lost %' },
      { key: 'spansPerS', title: 'spans/s', ratio: true, more: true },
      { key: 'produceMs', title: 'producing ms' },
      { key: 'stallMs', title: 'longest stall ms', ratio: true },
      { key: 'cpuS', title: 'CPU s', ratio: true },
      { key: 'peakRssMb', title: 'peak RSS MB', ratio: true },
    ],
  }
}
