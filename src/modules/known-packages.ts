/** A package of which an integration patches some modules. */
export interface KnownPackage {
  /** As it is installed. */
  readonly name: string
  /** Subpaths of its `exports` whose modules are handed to the integration. */
  readonly subpaths: readonly string[]
  /** Further files, without extension, that its modules load by path; by the folder of the package. */
  readonly files?: readonly string[]
  /** The oldest version that the integration is tested with. */
  readonly oldest: string
  /**
   * Not traced itself: a package of the integration works through it. In a bundle it is handed over as well; elsewhere it
   * is found through that package.
   */
  readonly companion?: true
}

/** An integration that `init` switches on by itself. */
export interface KnownIntegration {
  /** Its subpath: `openai` of `turnspan/openai`. */
  readonly name: IntegrationName
  /** The function of that entry that instruments. */
  readonly instrument: string
  readonly packages: readonly KnownPackage[]
}

/** Name of an integration: its subpath, `openai` of `turnspan/openai`. */
export type IntegrationName =
  | 'a2a'
  | 'ag-ui'
  | 'ai'
  | 'anthropic'
  | 'bedrock'
  | 'claude-agent-sdk'
  | 'codex'
  | 'cohere'
  | 'google-adk'
  | 'google-genai'
  | 'groq'
  | 'langchain'
  | 'llamaindex'
  | 'mcp'
  | 'mistral'
  | 'ollama'
  | 'openai'
  | 'openai-agents'
  | 'opencode'
  | 'together'

/** One entry for each integration; see docs/integrations/contributing.md. */
export const KNOWN_INTEGRATIONS: readonly KnownIntegration[] = [
  {
    name: 'a2a',
    instrument: 'instrumentA2A',
    packages: [{ name: '@a2a-js/sdk', subpaths: ['./client', './server'], oldest: '0.3.6' }],
  },
  {
    name: 'ag-ui',
    instrument: 'instrumentAgUi',
    packages: [{ name: '@ag-ui/client', subpaths: ['.'], oldest: '1.0.0' }],
  },
  {
    name: 'ai',
    instrument: 'instrumentAiSdk',
    packages: [
      { name: 'ai', subpaths: ['.'], oldest: '5.0.0' },
      {
        // Versions 5 and 6 of the AI SDK ask their copy of it for a tracer.
        name: '@opentelemetry/api',
        subpaths: ['.'],
        files: ['dist/trace-api', 'build/esm/trace-api', 'build/esnext/trace-api', 'build/src/trace-api'],
        oldest: '1.9.0',
        companion: true,
      },
    ],
  },
  {
    name: 'anthropic',
    instrument: 'instrumentAnthropic',
    packages: [
      {
        name: '@anthropic-ai/sdk',
        // The clients of the clouds load the resources without loading the package's main module.
        subpaths: ['.', './resources/index', './client'],
        oldest: '0.30.0',
      },
    ],
  },
  {
    name: 'bedrock',
    instrument: 'instrumentBedrock',
    packages: [
      { name: '@aws-sdk/client-bedrock-runtime', subpaths: ['.'], oldest: '3.422.0' },
      { name: '@aws-sdk/client-bedrock-agent-runtime', subpaths: ['.'], oldest: '3.468.0' },
    ],
  },
  {
    name: 'claude-agent-sdk',
    instrument: 'instrumentClaudeAgentSdk',
    packages: [{ name: '@anthropic-ai/claude-agent-sdk', subpaths: ['.', './core'], oldest: '0.2.100' }],
  },
  {
    name: 'codex',
    instrument: 'instrumentCodex',
    packages: [{ name: '@openai/codex-sdk', subpaths: ['.'], oldest: '0.130.0' }],
  },
  {
    name: 'cohere',
    instrument: 'instrumentCohere',
    packages: [{ name: 'cohere-ai', subpaths: ['.'], oldest: '7.14.0' }],
  },
  {
    name: 'google-adk',
    instrument: 'instrumentGoogleAdk',
    packages: [{ name: '@google/adk', subpaths: ['.'], oldest: '1.6.0' }],
  },
  {
    name: 'google-genai',
    instrument: 'instrumentGoogleGenAI',
    packages: [{ name: '@google/genai', subpaths: ['.', './node', './web'], oldest: '2.0.0' }],
  },
  {
    name: 'groq',
    instrument: 'instrumentGroq',
    packages: [{ name: 'groq-sdk', subpaths: ['.', './client'], oldest: '0.3.0' }],
  },
  {
    name: 'langchain',
    instrument: 'instrumentLangChain',
    packages: [
      {
        name: '@langchain/core',
        subpaths: [
          './callbacks/manager',
          './singletons',
          './runnables',
          './language_models/chat_models',
          './language_models/llms',
          './tools',
          './retrievers',
          './vectorstores',
        ],
        files: [
          'dist/callbacks/manager',
          'dist/singletons/index',
          'dist/singletons/async_local_storage/index',
          'dist/runnables/base',
          'dist/language_models/chat_models',
          'dist/language_models/llms',
          'dist/tools/index',
          'dist/tools',
          'dist/retrievers/index',
          'dist/retrievers',
          'dist/vectorstores',
        ],
        oldest: '0.3.0',
      },
      { name: '@langchain/openai', subpaths: ['.'], oldest: '0.3.0' },
    ],
  },
  {
    name: 'llamaindex',
    instrument: 'instrumentLlamaIndex',
    packages: [
      { name: 'llamaindex', subpaths: ['.'], oldest: '0.11.17' },
      // Of which it is made; programs may use them without it.
      {
        name: '@llamaindex/core',
        subpaths: [
          './retriever',
          './query-engine',
          './response-synthesizers',
          './chat-engine',
          './agent',
          './llms',
          './embeddings',
          './tools',
        ],
        oldest: '0.6.14',
      },
      { name: '@llamaindex/openai', subpaths: ['.'], oldest: '0.4.8' },
      { name: '@llamaindex/workflow', subpaths: ['.'], oldest: '1.1.14' },
      { name: '@llamaindex/workflow-core', subpaths: ['./async-context'], oldest: '1.1.0' },
    ],
  },
  {
    name: 'mcp',
    instrument: 'instrumentMcp',
    packages: [
      {
        name: '@modelcontextprotocol/sdk',
        subpaths: ['./client/index.js', './server/index.js', './server/mcp.js'],
        oldest: '1.10.2',
      },
      { name: '@modelcontextprotocol/client', subpaths: ['.'], oldest: '2.0.0' },
      { name: '@modelcontextprotocol/server', subpaths: ['.'], oldest: '2.0.0' },
    ],
  },
  {
    name: 'mistral',
    instrument: 'instrumentMistral',
    packages: [{ name: '@mistralai/mistralai', subpaths: ['.'], oldest: '1.0.3' }],
  },
  {
    name: 'ollama',
    instrument: 'instrumentOllama',
    packages: [{ name: 'ollama', subpaths: ['.', './browser'], oldest: '0.5.0' }],
  },
  {
    name: 'openai',
    instrument: 'instrumentOpenAI',
    packages: [{ name: 'openai', subpaths: ['.', './client'], oldest: '4.0.0' }],
  },
  {
    name: 'openai-agents',
    instrument: 'instrumentOpenAIAgents',
    packages: [
      { name: '@openai/agents', subpaths: ['.'], oldest: '0.3.0' },
      // Of which it is made; programs may use them without it.
      { name: '@openai/agents-core', subpaths: ['.'], oldest: '0.3.0' },
      { name: '@openai/agents-openai', subpaths: ['.'], oldest: '0.3.0' },
    ],
  },
  {
    name: 'opencode',
    instrument: 'instrumentOpenCode',
    packages: [
      { name: '@opencode-ai/sdk', subpaths: ['.', './client', './v2', './v2/client'], oldest: '1.0.180' },
    ],
  },
  {
    name: 'together',
    instrument: 'instrumentTogether',
    packages: [{ name: 'together-ai', subpaths: ['.', './client'], oldest: '0.6.0' }],
  },
]

/** The package named `name`, where an integration patches it. */
export function knownPackage(name: string): KnownPackage | undefined {
  byName ??= new Map(
    KNOWN_INTEGRATIONS.flatMap(({ packages }) =>
      packages.map((one): [string, KnownPackage] => [one.name, one]),
    ),
  )
  return byName.get(name)
}

let byName: ReadonlyMap<string, KnownPackage> | undefined

/** Those of a list that are traced themselves. */
export const traced = (packages: readonly KnownPackage[]): readonly KnownPackage[] =>
  packages.filter(({ companion }) => companion === undefined)

/** The integration that patches the package `name`. */
export function integrationOf(name: string): KnownIntegration | undefined {
  return KNOWN_INTEGRATIONS.find(({ packages }) => packages.some((one) => one.name === name))
}

/** Names of the packages that the integration `name` patches, companions included. */
export function packagesOf(name: IntegrationName): readonly string[] {
  return KNOWN_INTEGRATIONS.find((one) => one.name === name)?.packages.map((one) => one.name) ?? []
}
