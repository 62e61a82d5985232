/** A block of code in the documentation that no test runs, by its page and its first line. */
export interface NotRun {
  readonly page: string
  readonly first: string
  readonly why: string
}

const INSTALLS = 'it installs from a registry; test/packed installs the tarball'
const OTHERS = 'it is for programs of other projects; the servers of the tests stand for them'
const VENDORS = 'it needs the package of a vendor; test/environments/neighbours runs it with that'
const SETTINGS = 'variables to be set, without a program'
const BINARY =
  'its package brings a program of hundreds of megabytes; applications.binary.test.ts of that integration runs the same'
const LONG = 'it takes minutes or hours'
const JEST =
  'it needs Jest, which the tests of environments have: test/environments/jest.test.ts runs another program'
const CODEX =
  'it needs Codex itself, which is hundreds of megabytes; test/integrations/codex runs it with that'
const LLAMAINDEX =
  'its packages are as large as all that the pages need together; test/integrations/llamaindex runs the same'
const ADK =
  'it needs the package of a vendor and its model; test/integrations/google-adk runs it with a server'
const OPENCODE =
  'it needs OpenCode itself, which is hundreds of megabytes; test/integrations/opencode runs it with that'
const MASTRA =
  'its packages are as large as all that the pages need together; test/integrations/mastra runs the same'
const DURABLE = 'it needs a server of the queue or of durable steps; examples/queue is run with one on disk'
const OWN_FIXTURE = 'the packages of the pages do not have its own; the tests of that integration run it'
const ADDRESS =
  'its client asks by HTTP/2 or at a fixed address, where the tests have no server; test/integrations has the same calls with its package'
const HERE = 'it is run by test/testing/docs.test.ts, by the runner that it is for'

/**
 * Everything that is not run. A block that is here and could be run fails the test, as does one that is not there any
 * more.
 */
export const NOT_RUN: readonly NotRun[] = [
  { page: 'README.md', first: 'npm init -y', why: INSTALLS },
  { page: 'README.md', first: 'pip install mlflow && mlflow server --port 5000', why: OTHERS },
  {
    page: 'docs/integrations/claude-agent-sdk.md',
    first: 'TURNSPAN_CAPTURE_CONTENT=true node --import turnspan/register agent.js',
    why: BINARY,
  },
  {
    page: 'docs/integrations/claude-agent-sdk.md',
    first: "import * as sdk from '@anthropic-ai/claude-agent-sdk'",
    why: BINARY,
  },
  { page: 'docs/across-processes.md', first: "import { Queue, Worker } from 'bullmq'", why: DURABLE },
  { page: 'docs/across-processes.md', first: "import { Client } from '@temporalio/client'", why: DURABLE },
  { page: 'docs/across-processes.md', first: "import { Inngest } from 'inngest'", why: DURABLE },
  { page: 'docs/across-processes.md', first: "import { start } from 'workflow/api'", why: DURABLE },
  {
    page: 'docs/mlflow.md',
    first: "MLFLOW_TRACKING_URI=https://mlflow.example.com             # as MLflow's own clients have it",
    why: SETTINGS,
  },
  {
    page: 'docs/mlflow.md',
    first: "import { createMlflowClient } from 'turnspan/mlflow'",
    why: 'it reads a trace of a server of MLflow; test/e2e/docs.test.ts runs it against one',
  },
  {
    page: 'docs/opentelemetry.md',
    first:
      'OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318           # Collector, Jaeger, Tempo, ...: OTLP over HTTP',
    why: SETTINGS,
  },
  {
    page: 'docs/bundlers.md',
    first: "import { turnspanEsbuildPlugin } from 'turnspan/bundler'",
    why: 'it needs a bundler; test/environments/bundlers runs each plugin in its own',
  },
  {
    page: 'docs/neighbours.md',
    first: 'Sentry.init({ dsn, tracesSampleRate: 1, openTelemetryBasicTracerProvider: true })',
    why: VENDORS,
  },
  {
    page: 'docs/neighbours.md',
    first:
      "tracer.use('http', { client: { blocklist: [(url) => url.startsWith('https://mlflow.example.com')] } })",
    why: VENDORS,
  },
  {
    page: 'docs/integrations/a2a.md',
    first: "import * as client from '@a2a-js/sdk/client'",
    why: OWN_FIXTURE,
  },
  {
    page: 'docs/integrations/ag-ui.md',
    first: "import * as agUi from '@ag-ui/client'",
    why: OWN_FIXTURE,
  },
  { page: 'docs/integrations/codex.md', first: "import { Codex } from '@openai/codex-sdk'", why: CODEX },
  { page: 'docs/integrations/codex.md', first: "import { Thread } from '@openai/codex-sdk'", why: CODEX },
  {
    page: 'docs/integrations/opencode.md',
    first: "import { createOpencode } from '@opencode-ai/sdk'",
    why: OPENCODE,
  },
  {
    page: 'docs/integrations/opencode.md',
    first: "import { OpencodeClient } from '@opencode-ai/sdk'",
    why: OPENCODE,
  },
  {
    page: 'docs/integrations/mastra.md',
    first: "import { Agent } from '@mastra/core/agent'",
    why: MASTRA,
  },
  {
    page: 'docs/integrations/mastra.md',
    first: "import { Mastra } from '@mastra/core'",
    why: MASTRA,
  },
  {
    page: 'docs/integrations/llamaindex.md',
    first: "import { openai } from '@llamaindex/openai'",
    why: LLAMAINDEX,
  },
  {
    page: 'docs/integrations/llamaindex.md',
    first: "import { Ollama } from '@llamaindex/ollama'",
    why: LLAMAINDEX,
  },
  {
    page: 'docs/integrations/llamaindex.md',
    first: "import * as openai from '@llamaindex/openai'",
    why: LLAMAINDEX,
  },
  {
    page: 'docs/integrations/google-adk.md',
    first: "import { InMemoryRunner, LlmAgent } from '@google/adk'",
    why: ADK,
  },
  { page: 'docs/integrations/google-adk.md', first: "import * as adk from '@google/adk'", why: ADK },
  {
    page: 'docs/integrations/bedrock.md',
    first: "import { BedrockRuntimeClient, ConverseCommand } from '@aws-sdk/client-bedrock-runtime'",
    why: ADDRESS,
  },
  {
    page: 'docs/integrations/bedrock.md',
    first: "import * as bedrock from '@aws-sdk/client-bedrock-runtime'",
    why: ADDRESS,
  },
  { page: 'docs/integrations/ollama.md', first: "import ollama from 'ollama'", why: ADDRESS },
  { page: 'docs/integrations/ollama.md', first: "import { Ollama } from 'ollama'", why: ADDRESS },
  { page: 'docs/performance.md', first: 'npm run build', why: LONG },
  { page: 'docs/scale.md', first: 'npm run build', why: LONG },
  {
    page: 'docs/serverless.md',
    first: "import { flushTraces } from 'turnspan'",
    why: 'it calls what a platform hands to a request; test/serverless runs the platforms',
  },
  {
    page: 'docs/suites.md',
    first: 'npm run test:suites                                  # all, from ~/.cache/turnspan-suites',
    why: LONG,
  },
  {
    page: 'docs/suites.md',
    first: 'npm run test:suites -- openai --from openai=/mirrors/openai-node.git',
    why: LONG,
  },
  { page: 'docs/testing.md', first: '// agent.test.ts', why: HERE },
  { page: 'docs/testing.md', first: '// agent.node.ts', why: HERE },
  { page: 'docs/testing.md', first: '// agent.jest.js', why: JEST },
]
