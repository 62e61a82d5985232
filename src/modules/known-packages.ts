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
}

/** An integration that `init` switches on by itself. */
export interface KnownIntegration {
  /** Its subpath: `openai` of `turnspan/openai`. */
  readonly name: IntegrationName
  readonly packages: readonly KnownPackage[]
}

/** Names of the integrations. */
export type IntegrationName = 'ai' | 'anthropic' | 'google-genai' | 'langchain' | 'mcp' | 'openai'

/** One entry for each integration; see docs/integrations/contributing.md. */
export const KNOWN_INTEGRATIONS: readonly KnownIntegration[] = [
  { name: 'ai', packages: [{ name: 'ai', subpaths: ['.'], oldest: '5.0.0' }] },
  {
    name: 'anthropic',
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
    name: 'google-genai',
    packages: [{ name: '@google/genai', subpaths: ['.', './node', './web'], oldest: '2.0.0' }],
  },
  {
    name: 'langchain',
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
    name: 'mcp',
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
    name: 'openai',
    packages: [{ name: 'openai', subpaths: ['.', './client'], oldest: '4.0.0' }],
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

/** Names of the packages that the integration `name` patches. */
export function packagesOf(name: IntegrationName): readonly string[] {
  return KNOWN_INTEGRATIONS.find((one) => one.name === name)?.packages.map((one) => one.name) ?? []
}
