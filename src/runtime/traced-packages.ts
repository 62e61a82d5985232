/** A package that an integration patches. */
export interface TracedPackage {
  /** Subpath of the integration: `openai` of `turnspan/openai`. */
  readonly integration: string
  /** The function of that entry that takes the exports of the modules below. */
  readonly instrument: string
  /** Its name. */
  readonly package: string
  /** Its modules that are patched, as they are imported. */
  readonly specifiers: readonly string[]
  /**
   * Files inside the package, without extension, that hold what those modules pass on. Where a package loads its own
   * files by path, and where a bundler leaves out modules that only pass on, these are all that is loaded.
   */
  readonly files?: readonly string[]
  /** Not traced itself, but a traced package works through it: whoever has it need not have a use for the integration. */
  readonly companion?: true
}

/** What is traced, one entry for each package; the integrations take their modules from here. */
export const TRACED_PACKAGES: readonly TracedPackage[] = [
  { integration: 'ai', instrument: 'instrumentAiSdk', package: 'ai', specifiers: ['ai'] },
  {
    integration: 'ai',
    instrument: 'instrumentAiSdk',
    // Versions 5 and 6 of the AI SDK ask their copy of it for a tracer.
    package: '@opentelemetry/api',
    specifiers: ['@opentelemetry/api'],
    files: ['dist/trace-api', 'build/esm/trace-api', 'build/esnext/trace-api', 'build/src/trace-api'],
    companion: true,
  },
  {
    integration: 'anthropic',
    instrument: 'instrumentAnthropic',
    package: '@anthropic-ai/sdk',
    // The clients of the clouds load the resources without loading the package's main module.
    specifiers: ['@anthropic-ai/sdk', '@anthropic-ai/sdk/resources/index', '@anthropic-ai/sdk/client'],
    files: ['client'],
  },
  {
    integration: 'google-genai',
    instrument: 'instrumentGoogleGenAI',
    package: '@google/genai',
    specifiers: ['@google/genai'],
  },
  {
    integration: 'langchain',
    instrument: 'instrumentLangChain',
    package: '@langchain/core',
    specifiers: [
      '@langchain/core/callbacks/manager',
      '@langchain/core/singletons',
      '@langchain/core/runnables',
      '@langchain/core/language_models/chat_models',
      '@langchain/core/language_models/llms',
      '@langchain/core/tools',
      '@langchain/core/retrievers',
      '@langchain/core/vectorstores',
    ],
    files: ['dist/runnables/base', 'dist/singletons/async_local_storage/index', 'dist/singletons/index'],
  },
  {
    integration: 'langchain',
    instrument: 'instrumentLangChain',
    package: '@langchain/openai',
    specifiers: ['@langchain/openai'],
  },
  {
    integration: 'mcp',
    instrument: 'instrumentMcp',
    package: '@modelcontextprotocol/sdk',
    specifiers: [
      '@modelcontextprotocol/sdk/client/index.js',
      '@modelcontextprotocol/sdk/server/index.js',
      '@modelcontextprotocol/sdk/server/mcp.js',
    ],
  },
  {
    integration: 'mcp',
    instrument: 'instrumentMcp',
    package: '@modelcontextprotocol/client',
    specifiers: ['@modelcontextprotocol/client'],
  },
  {
    integration: 'mcp',
    instrument: 'instrumentMcp',
    package: '@modelcontextprotocol/server',
    specifiers: ['@modelcontextprotocol/server'],
  },
  {
    integration: 'openai',
    instrument: 'instrumentOpenAI',
    package: 'openai',
    specifiers: ['openai'],
    files: ['client'],
  },
]

/** The modules that the integration `name` patches, as they are imported. */
export function tracedModules(name: string): readonly string[] {
  return TRACED_PACKAGES.filter(
    ({ integration, companion }) => integration === name && companion !== true,
  ).flatMap(({ specifiers }) => specifiers)
}
