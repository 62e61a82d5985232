import { defineConfig } from 'vitest/config'
import { cleanTestEnv } from './test/setup/clean-env.ts'

cleanTestEnv()

const shared = {
  pool: 'forks',
  restoreMocks: true,
  unstubEnvs: true,
  unstubGlobals: true,
  teardownTimeout: 20_000,
} as const

const elsewhere = ['test/e2e/**', 'test/packed/**', 'test/backends/**', '**/node_modules/**']

export default defineConfig({
  test: {
    maxWorkers: '100%',
    coverage: { provider: 'v8', include: ['src/**/*.ts'] },
    projects: [
      {
        test: {
          ...shared,
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: elsewhere,
          testTimeout: 15_000,
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
      {
        test: {
          ...shared,
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['./test/setup/mlflow.ts'],
          testTimeout: 60_000,
          hookTimeout: 180_000,
        },
      },
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
          name: 'backends',
          include: ['test/backends/**/*.test.ts'],
          globalSetup: ['./test/setup/backends.ts'],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
})
