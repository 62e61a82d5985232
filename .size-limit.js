/** What an entry costs when it is imported: chunks that are loaded only when they are needed do not count. */
const entryAlone = (config) => ({
  ...config,
  platform: 'node',
  format: 'esm',
  logLevel: 'error',
  // Node loads an empty module there; only bundlers take in the worker that it stands for (28 kB, gzipped).
  external: ['@opentelemetry/api', '#exit-worker'],
  plugins: [
    {
      name: 'lazy-chunks-outside',
      setup(build) {
        build.onResolve({ filter: /.*/ }, ({ path, kind }) =>
          kind === 'dynamic-import' ? { path, external: true } : undefined,
        )
      },
    },
  ],
})

const budget = (entry, limit) => ({
  name: entry === 'index' ? 'turnspan' : `turnspan/${entry}`,
  path: `dist/${entry}.js`,
  limit,
  gzip: true,
  modifyEsbuildConfig: entryAlone,
})

/** What was measured when the entry was last changed on purpose, and a little more. */
export default [
  budget('index', '132 kB'),
  // What is left of it in a bundle that traces and configures nothing.
  { ...budget('index', '22 kB'), name: 'withSpan alone', import: '{ withSpan }' },
  budget('otel', '109 kB'),
  budget('mlflow', '34 kB'),
  budget('register', '108 kB'),
  budget('testing', '84.5 kB'),
  budget('bundler', '12 kB'),
  budget('next', '12 kB'),
  // What a front end gets that imports a module which also runs on the server.
  budget('edge/index', '17 kB'),
]
