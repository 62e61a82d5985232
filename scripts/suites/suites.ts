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
  /**
   * Files of the client's sources, below the suite, that hand themselves over as they are loaded: were they loaded
   * before the tests, what these mock would be there already.
   */
  readonly modules?: readonly string[]
  /** What is imported to be handed over at once, where nobody mocks it; and the statements that do it. */
  readonly imports?: readonly string[]
  readonly atOnce?: string
  /** The entry of turnspan and its function, which gets each of the modules. */
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
      modules: ['src/client.ts'],
      entry: ['openai', 'instrumentOpenAI'],
    },
    {
      folder: '.',
      runner: 'jest',
      config: 'jest.config.ts',
      modules: ['src/client.ts'],
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
      modules: ['src/client.ts'],
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
      modules: ['dist/src/models.js'],
      entry: ['google-genai', 'instrumentGoogleGenAI'],
    },
  ],
}

/** Of `@langchain/core`, as the integration names them. */
const CORE_MODULES = [
  ...['callbacks/manager', 'singletons', 'runnables', 'language_models/chat_models', 'language_models/llms'],
  ...['tools', 'retrievers', 'vectorstores', 'embeddings'],
] as const

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
      modules: [
        ...['callbacks/manager', 'singletons/index', 'runnables/base', 'language_models/chat_models'],
        ...['language_models/llms', 'tools/index', 'retrievers/index', 'vectorstores', 'embeddings'],
      ].map((name) => `libs/langchain-core/src/${name}.ts`),
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
      imports: CORE_MODULES.map((name, at) => `import * as module${at} from '@langchain/core/${name}'`),
      atOnce: `instrumentLangChain([${CORE_MODULES.map((_, at) => `module${at}`).join(', ')}])`,
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
      modules: ['packages/ai/src/agent/tool-loop-agent.ts'],
      // Version 7 looks into a list of integrations at each call.
      atOnce: 'instrumentAiSdk()',
      entry: ['ai', 'instrumentAiSdk'],
    },
  ],
}

const MCP = {
  runner: 'vitest',
  config: 'vitest.config.js',
  modules: ['client/src/client/client.ts', 'server/src/server/server.ts', 'server/src/server/mcp.ts'].map(
    (file) => `packages/${file}`,
  ),
  entry: ['mcp', 'instrumentMcp'],
} as const satisfies Partial<Part>

const mcp: Suite = {
  name: 'mcp',
  repository: 'modelcontextprotocol/typescript-sdk',
  commit: '3924de99df834302d89f5997a1b64ca268282284',
  install: [frozen],
  parts: [
    { ...MCP, folder: 'packages/client' },
    { ...MCP, folder: 'packages/server' },
    { ...MCP, folder: 'test/integration' },
  ],
}

/** The suites of the clients that turnspan traces, by name. */
export const suites: readonly Suite[] = [openai, anthropic, genai, mcp, langchain, langgraph, ai]
