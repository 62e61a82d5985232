/** Every subpath of the package: name of the built file → its source. `index` is `turnspan` itself. */
export const entries: Readonly<Record<string, string>> = {
  index: 'src/index.ts',
  otel: 'src/otel/index.ts',
  mlflow: 'src/mlflow/index.ts',
  register: 'src/register/index.ts',
  testing: 'src/testing/index.ts',
  instrument: 'src/instrument/index.ts',
  bundler: 'src/bundler/index.ts',
  next: 'src/next/index.ts',
  a2a: 'src/integrations/a2a/index.ts',
  'ag-ui': 'src/integrations/ag-ui/index.ts',
  ai: 'src/integrations/ai/index.ts',
  anthropic: 'src/integrations/anthropic/index.ts',
  bedrock: 'src/integrations/bedrock/index.ts',
  'claude-agent-sdk': 'src/integrations/claude-agent-sdk/index.ts',
  codex: 'src/integrations/codex/index.ts',
  cohere: 'src/integrations/cohere/index.ts',
  'google-adk': 'src/integrations/google-adk/index.ts',
  'google-genai': 'src/integrations/google-genai/index.ts',
  groq: 'src/integrations/groq/index.ts',
  harness: 'src/integrations/harness/index.ts',
  langchain: 'src/integrations/langchain/index.ts',
  llamaindex: 'src/integrations/llamaindex/index.ts',
  mastra: 'src/integrations/mastra/index.ts',
  mcp: 'src/integrations/mcp/index.ts',
  mistral: 'src/integrations/mistral/index.ts',
  ollama: 'src/integrations/ollama/index.ts',
  openai: 'src/integrations/openai/index.ts',
  'openai-agents': 'src/integrations/openai-agents/index.ts',
  opencode: 'src/integrations/opencode/index.ts',
  together: 'src/integrations/together/index.ts',
}

/** Every entry as it is in browsers and edge runtimes: the same names, and nothing that needs Node. */
export const edgeEntries: Readonly<Record<string, string>> = Object.fromEntries(
  Object.keys(entries).map((name) => [name, `src/edge/${name}.ts`]),
)

/** What `exports` of package.json says of an entry; docs/decisions/0016-where-there-is-no-node.md says why. */
export function exportsOf(entry: string): Readonly<Record<string, unknown>> {
  const node = {
    import: { types: `./dist/${entry}.d.ts`, default: `./dist/${entry}.js` },
    require: { types: `./dist/${entry}.d.cts`, default: `./dist/${entry}.cjs` },
  }
  const edge = { types: `./dist/${entry}.d.ts`, default: `./dist/edge/${entry}.js` }
  return { workerd: node, 'edge-light': edge, browser: { node, module: edge }, ...node }
}

/** The thread that delivers at the end of the process: as a file, and as a text for bundled applications. */
export const workers: Readonly<Record<string, string>> = {
  'turnspan-exit-worker': 'src/setup/exit-worker.ts',
  'exit-source': 'src/setup/exit-source.ts',
  'exit-embedded': 'src/setup/exit-embedded.ts',
}

/** What bundlers start as a loader. */
export const bundlerFiles: Readonly<Record<string, string>> = {
  'turnspan-loader': 'src/bundler/loader-file.ts',
}

/** How OpenTelemetry's API is loaded, by Node and by bundlers; see `#otel-api` in package.json. */
export const apiLoaders: Readonly<Record<string, string>> = {
  'otel-api': 'src/runtime/otel-api.ts',
  'otel-api-bundled': 'src/runtime/otel-api-bundled.ts',
}

/**
 * Packages that the build takes in. `@opentelemetry/api` is matched as well: only then does `realImports` get to
 * see it, and it alone decides how it stays outside.
 */
export const bundled: RegExp[] = [/^@opentelemetry\//, /^@grpc\//, /^protobufjs/, /^@protobufjs\//, /^zod/]
