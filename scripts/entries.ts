/** Every subpath of the package: name of the built file → its source. `index` is `turnspan` itself. */
export const entries: Readonly<Record<string, string>> = {
  index: 'src/index.ts',
  otel: 'src/otel/index.ts',
  mlflow: 'src/mlflow/index.ts',
  register: 'src/register/index.ts',
  testing: 'src/testing/index.ts',
}

/** Files that the build starts in a thread of their own, by their path; nobody imports them. */
export const workers: Readonly<Record<string, string>> = {
  'exit-worker': 'src/setup/exit-worker.ts',
}

/**
 * Packages that the build takes in. `@opentelemetry/api` is matched as well: only then does `realImports` get to
 * see it, and it alone decides how it stays outside.
 */
export const bundled: RegExp[] = [/^@opentelemetry\//, /^@grpc\//, /^protobufjs/, /^@protobufjs\//, /^zod/]
