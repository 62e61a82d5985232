/** turnspan cuts values at 1 MiB unless told otherwise; to do the same work as the others it is told. */
const uncut = { limits: { maxValueBytes: 64 * 1_048_576, maxSpanBytes: 128 * 1_048_576 } }
const UNCUT = { large: uncut, text: uncut }

/**
 * Who is measured. `program` is the file in programs/contenders, `packages` the folder in packages that holds its
 * dependencies, `kind` decides in which workloads it takes part. `base` names whom it is compared with; without it
 * that is OpenTelemetry 2.x. Other SDKs, of kind `peer` or so marked, take part on request.
 */
export const CONTENDERS = [
  { name: 'untraced', program: 'untraced', packages: 'api', kind: 'floor' },
  { name: 'als-floor', program: 'als-floor', packages: 'api', kind: 'floor' },
  { name: 'otel2-proto', program: 'otel-2', packages: 'otel-2', kind: 'on' },
  { name: 'otel3-proto', program: 'otel-3', packages: 'otel-3', kind: 'on' },
  { name: 'turnspan', program: 'turnspan', packages: 'api', turnspan: true, kind: 'on', ...UNCUT },
  {
    name: 'turnspan-shared',
    program: 'turnspan-shared',
    packages: 'otel-2',
    turnspan: true,
    kind: 'on',
    ...UNCUT,
  },
  {
    name: 'turnspan-otlp',
    program: 'turnspan',
    packages: 'api',
    turnspan: true,
    kind: 'otlp',
    options: { plain: true },
  },
  {
    name: 'turnspan-spool',
    program: 'turnspan',
    packages: 'api',
    turnspan: true,
    kind: 'spool',
    options: { spool: true },
  },
  { name: 'turnspan-default-limits', program: 'turnspan', packages: 'api', turnspan: true, kind: 'limits' },
  { name: 'otel2-gzip', program: 'otel-2', packages: 'otel-2', kind: 'gzip', options: { gzip: true } },
  {
    name: 'turnspan-gzip',
    program: 'turnspan',
    packages: 'api',
    turnspan: true,
    kind: 'gzip',
    options: { gzip: true },
    base: 'otel2-gzip',
  },
  { name: 'turnspan-off', program: 'turnspan-off', packages: 'api', turnspan: true, kind: 'off' },
  { name: 'otel-off', program: 'otel-off', packages: 'otel-2', kind: 'off' },
  {
    name: 'otel-off-guarded',
    program: 'otel-off',
    packages: 'otel-2',
    kind: 'off',
    options: { guarded: true },
  },
  ...[
    'openinference',
    'langfuse',
    'traceloop',
    'logfire',
    'braintrust',
    'langsmith',
    'effect',
    'dd-trace',
  ].map((name) => ({ name, program: name, packages: name, kind: 'peer' })),
  {
    name: 'effect-proto',
    program: 'effect',
    packages: 'effect',
    kind: 'peer',
    options: { protobuf: true },
  },
  {
    name: 'langsmith-gzip',
    program: 'langsmith',
    packages: 'langsmith',
    kind: 'gzip',
    peer: true,
    options: { gzip: true },
    base: 'otel2-gzip',
  },
]

export const BASE = 'otel2-proto'
