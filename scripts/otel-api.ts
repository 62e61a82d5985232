/** The slice of esbuild's plugin interface that is used here. */
interface Build {
  readonly initialOptions: { readonly define?: Readonly<Record<string, string>> }
  onResolve(
    options: { filter: RegExp },
    callback: (found: {
      kind: string
      resolveDir: string
    }) => { path: string; external?: boolean } | undefined,
  ): void
}

/**
 * Lets package.json decide how OpenTelemetry's API is loaded: bundlers set the condition `module`, Node does not. So a
 * bundler sees an import that it can follow, and a process without one loads the API when it is needed.
 */
export const otelApiByCondition = {
  name: 'otel-api-by-condition',
  setup(build: Build): void {
    // esbuild itself makes ES modules of both; see tsup.config.ts for what tells them apart.
    const required = build.initialOptions.define?.['import.meta.url'] === 'undefined'
    build.onResolve({ filter: /\/otel-api\.ts$/ }, ({ kind, resolveDir }) => {
      if (kind !== 'entry-point') return { path: '#otel-api', external: true }
      return required ? { path: `${resolveDir}/src/runtime/otel-api-required.ts` } : undefined
    })
  },
}
