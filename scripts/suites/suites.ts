/** Tests of a suite that one run of a test runner takes. */
export interface Part {
  /** Folder below that of the suite in which the runner is started. */
  readonly folder: string
  readonly runner: 'vitest' | 'jest' | 'jasmine'
  /** The configuration of the runner, beside which ours is laid. Jasmine: the compiled files, as patterns. */
  readonly config: string
  /** Patterns of files that are left out, each with the reason. */
  readonly without?: readonly (readonly [pattern: string, why: string])[]
  /** Only these files, where a run takes but a part. */
  readonly files?: readonly string[]
  /** What the client is imported as, from the folder of the part; and the call that hands it over. */
  readonly imports: readonly string[]
  readonly handOver: string
  /** The entry of turnspan that the call needs: `{ instrumentOpenAI }` of `openai`. */
  readonly entry: readonly [name: string, instrument: string]
  /** The requests of its tests are answered by a server that says `{}` to everything; the variable that says where. */
  readonly answers?: string
}

/** The tests that a client brings. */
export interface Suite {
  readonly name: string
  readonly repository: string
  /** The state that `expected/<name>.json` was made with. */
  readonly commit: string
  /** Folders that are needed, where the whole is much more. */
  readonly paths?: readonly string[]
  /** Commands that make it ready, in its folder. */
  readonly install: readonly (readonly string[])[]
  readonly parts: readonly Part[]
}

const PNPM = ['npm', 'exec', '--yes', 'pnpm@10.34.5', '--'] as const
const frozen = [...PNPM, 'install', '--frozen-lockfile', '--ignore-scripts'] as const

const TOOLING = 'tests of the tools of the repository, not of the client'

const openai: Suite = {
  name: 'openai',
  repository: 'openai/openai-node',
  commit: '7b7d6ca71130d37ec09792c50056b47861f2eccf',
  install: [frozen],
  parts: [
    {
      folder: '.',
      runner: 'vitest',
      config: 'vitest.config.mts',
      without: [
        ['tests/ecosystem-*.test.ts', TOOLING],
        ['tests/oxlint-config.test.ts', TOOLING],
        ['tests/test-script.test.ts', TOOLING],
      ],
      imports: ["import * as client from 'openai'"],
      handOver: 'instrumentOpenAI(client)',
      entry: ['openai', 'instrumentOpenAI'],
    },
    {
      folder: '.',
      runner: 'jest',
      config: 'jest.config.ts',
      imports: ["import * as client from 'openai'"],
      handOver: 'instrumentOpenAI(client)',
      entry: ['openai', 'instrumentOpenAI'],
      answers: 'TEST_API_BASE_URL',
    },
  ],
}

const anthropic: Suite = {
  name: 'anthropic',
  repository: 'anthropics/anthropic-sdk-typescript',
  commit: 'bfa9197f0182084941052be9752c948638421601',
  install: [frozen],
  parts: [
    {
      folder: '.',
      runner: 'jest',
      config: 'jest.config.ts',
      imports: ["import * as client from '@anthropic-ai/sdk'"],
      handOver: 'instrumentAnthropic(client)',
      entry: ['anthropic', 'instrumentAnthropic'],
      answers: 'TEST_API_BASE_URL',
    },
  ],
}

const genai: Suite = {
  name: 'genai',
  repository: 'googleapis/js-genai',
  commit: '6e9b35c45e21f0d37179a24d29dca01ebed698e6',
  install: [
    ['npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund'],
    ['npx', 'tsc'],
    ['cp', 'src/cross/sentencepiece/sentencepiece_model.pb.js', 'dist/src/cross/sentencepiece/'],
  ],
  parts: [
    {
      folder: '.',
      runner: 'jasmine',
      config: 'dist/test/unit/**/*_test.js',
      imports: [
        "import * as client from './dist/src/node/node_client.js'",
        "import * as models from './dist/src/models.js'",
      ],
      handOver: 'instrumentGoogleGenAI({ ...client, ...models })',
      entry: ['google-genai', 'instrumentGoogleGenAI'],
    },
  ],
}

const LANGCHAIN_MODULES = [
  'callbacks/manager',
  'singletons',
  'runnables',
  'language_models/chat_models',
] as const
const MORE_MODULES = ['language_models/llms', 'tools', 'retrievers', 'vectorstores', 'embeddings'] as const
const langchainImports = (path: (name: string) => string): readonly string[] =>
  [...LANGCHAIN_MODULES, ...MORE_MODULES].map((name, at) => `import * as module${at} from '${path(name)}'`)
const langchainCall = `instrumentLangChain([${[...LANGCHAIN_MODULES, ...MORE_MODULES].map((_, at) => `module${at}`).join(', ')}])`

const langchain: Suite = {
  name: 'langchain',
  repository: 'langchain-ai/langchainjs',
  commit: '62fc484b2a0d1ec5b8bebff4a8a0efe6300ada72',
  // Its lock file is behind a manifest of its own.
  install: [
    [...PNPM, 'install', '--no-frozen-lockfile', '--ignore-scripts', '--filter', '@langchain/core...'],
  ],
  parts: [
    {
      folder: 'libs/langchain-core',
      runner: 'vitest',
      config: 'vitest.config.ts',
      imports: langchainImports((name) =>
        [
          'callbacks/manager',
          'language_models/chat_models',
          'language_models/llms',
          'embeddings',
          'vectorstores',
        ].includes(name)
          ? `./src/${name}`
          : `./src/${name}/index`,
      ),
      handOver: langchainCall,
      entry: ['langchain', 'instrumentLangChain'],
    },
  ],
}

const langgraph: Suite = {
  name: 'langgraph',
  repository: 'langchain-ai/langgraphjs',
  commit: 'f8bdf16d4fe23a79e945ea5dc6f86bbf09abb77d',
  install: [
    [...frozen, '--filter', '@langchain/langgraph...'],
    [
      ...PNPM,
      '--filter',
      '@langchain/langgraph^...',
      '--filter',
      '@langchain/build',
      'run',
      '--if-present',
      'build:internal',
    ],
  ],
  parts: [
    {
      folder: 'libs/langgraph-core',
      runner: 'vitest',
      config: 'vitest.config.js',
      imports: langchainImports((name) => `@langchain/core/${name}`),
      handOver: langchainCall,
      entry: ['langchain', 'instrumentLangChain'],
    },
  ],
}

const ai: Suite = {
  name: 'ai',
  repository: 'vercel/ai',
  commit: 'ed857f50f112e23930b0c2dd8d532cc8bebbc911',
  paths: [
    ...['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml', 'turbo.json', '.npmrc', 'tools'],
    ...['ai', 'provider', 'provider-utils', 'gateway', 'test-server'].map((name) => `packages/${name}`),
  ],
  install: [
    [...frozen, '--filter', 'ai...'],
    [...PNPM, '--filter', 'ai^...', 'run', '--if-present', 'build'],
  ],
  parts: [
    {
      folder: 'packages/ai',
      runner: 'vitest',
      config: 'vitest.node.config.js',
      imports: ["import * as client from './src/index'"],
      handOver: 'instrumentAiSdk(client)',
      entry: ['ai', 'instrumentAiSdk'],
    },
  ],
}

const MCP = { runner: 'vitest', config: 'vitest.config.js', entry: ['mcp', 'instrumentMcp'] } as const

const mcp: Suite = {
  name: 'mcp',
  repository: 'modelcontextprotocol/typescript-sdk',
  commit: '3924de99df834302d89f5997a1b64ca268282284',
  install: [frozen],
  parts: [
    {
      ...MCP,
      folder: 'packages/client',
      imports: ["import * as client from './src/index'"],
      handOver: 'instrumentMcp(client)',
    },
    {
      ...MCP,
      folder: 'packages/server',
      imports: ["import * as server from './src/index'"],
      handOver: 'instrumentMcp(server)',
    },
    {
      ...MCP,
      folder: 'test/integration',
      imports: [
        "import * as client from '@modelcontextprotocol/client'",
        "import * as server from '@modelcontextprotocol/server'",
      ],
      handOver: 'instrumentMcp(client); instrumentMcp(server)',
    },
  ],
}

/** The suites of the clients that turnspan traces, by name. */
export const suites: readonly Suite[] = [openai, anthropic, genai, mcp, langchain, langgraph, ai]
