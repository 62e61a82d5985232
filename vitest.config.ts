import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { cleanTestEnv } from './test/setup/clean-env.ts'

cleanTestEnv()

const shared = {
  pool: 'forks',
  restoreMocks: true,
  unstubEnvs: true,
  unstubGlobals: true,
  teardownTimeout: 20_000,
  // Real servers and processes share two cores there: what fails once may have been late, what fails twice is wrong.
  retry: process.env.CI ? 1 : 0,
} as const

// What the servers of test/support need decides where their own tests run.
const needsMlflow = ['test/e2e/**/*.test.ts', 'test/support/mlflow.test.ts']
/** What differs by the program that is traced, and not by the version of MLflow that reads it. */
const madeTheSame = [
  'a2a',
  'across-processes',
  'bedrock',
  'claude-agent-sdk',
  'codex',
  'docs',
  'google-adk',
  'harness',
  'langchain',
  'llamaindex',
  'losses',
  'many-frameworks',
  'mastra',
  'mcp',
  'model-clients',
  'ollama',
  'openai-agents',
  'opencode',
  'other-libraries',
  'page',
  'python-agents',
  'threads',
  'vocabularies',
].map((name) => `test/e2e/${name}.test.ts`)
/** Packages that bring programs of hundreds of megabytes. */
const needsBinaries = ['test/**/*.binary.test.ts']
const needsGo = ['test/backends/**/*.test.ts', 'test/support/backends.test.ts']

/** What is read back from MLflow, from a server of `version`. */
const e2e = (name: string, version: string, include = needsMlflow, exclude: string[] = []) => ({
  test: {
    ...shared,
    name,
    setupFiles: ['./test/setup/each-test.ts'],
    include,
    exclude: ['**/node_modules/**', ...exclude],
    globalSetup: ['./test/setup/mlflow.ts'],
    // Read by mlflowVersion() of test/support.
    env: { TESTS_OF_TURNSPAN_MLFLOW: version },
    testTimeout: 60_000,
    hookTimeout: 180_000,
  },
})

export default defineConfig({
  test: {
    // Most tests wait for processes and servers of theirs more than they compute. (Vitest takes no more than "100%".)
    maxWorkers: 2 * availableParallelism(),
    coverage: { provider: 'v8', include: ['src/**/*.ts'] },
    projects: [
      {
        test: {
          ...shared,
          name: 'unit',
          setupFiles: ['./test/setup/each-test.ts'],
          include: ['test/**/*.test.ts'],
          exclude: [
            ...needsMlflow,
            ...needsGo,
            ...needsBinaries,
            'test/packed/**',
            'test/environments/**',
            '**/node_modules/**',
          ],
          // On a new machine the first test with a framework installs it, beside others that do so.
          testTimeout: 180_000,
          // Some start the Python OTLP server, whose venv may have to be made first.
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          ...shared,
          name: 'types',
          include: [],
          typecheck: {
            enabled: true,
            only: true,
            checker: 'tsc',
            tsconfig: './tsconfig.test.json',
            include: ['test/**/*.test-d.ts'],
            exclude: ['**/node_modules/**', 'test/packed/fixtures/**'],
          },
        },
      },
      e2e('e2e', '3.18.0'),
      // How the server reads what it gets; what frameworks and lost deliveries make of a turn is the same for any version.
      e2e('e2e-3.17', '3.17.2', needsMlflow, madeTheSame),
      // The first version that takes OTLP: whether a turn arrives.
      e2e('e2e-3.6', '3.6.0', ['test/e2e/oldest.test.ts']),
      {
        test: {
          ...shared,
          name: 'packed',
          include: ['test/packed/**/*.test.ts'],
          exclude: ['test/packed/fixtures/**', '**/node_modules/**'],
          testTimeout: 180_000,
          hookTimeout: 600_000,
        },
      },
      {
        test: {
          ...shared,
          name: 'environments',
          include: ['test/environments/**/*.test.ts'],
          exclude: [
            'test/environments/**/fixtures/**',
            'test/environments/programs/**',
            '**/node_modules/**',
          ],
          testTimeout: 180_000,
          // Packages of frameworks and other vendors are installed once a machine.
          hookTimeout: 600_000,
        },
      },
      {
        test: {
          ...shared,
          name: 'binaries',
          setupFiles: ['./test/setup/each-test.ts'],
          include: needsBinaries,
          exclude: ['**/node_modules/**'],
          fileParallelism: false,
          testTimeout: 120_000,
          // The packages are installed once a machine.
          hookTimeout: 600_000,
        },
      },
      {
        test: {
          ...shared,
          name: 'backends',
          setupFiles: ['./test/setup/each-test.ts'],
          include: needsGo,
          globalSetup: ['./test/setup/backends.ts'],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
})
