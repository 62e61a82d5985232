import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { VariableGroup, VariableSource } from '../src/config/variable.ts'
import { environmentVariables, type NamedVariable } from '../src/config/variables.ts'

const BEGIN = '<!-- environment:begin -->'
const END = '<!-- environment:end -->'

/** The page that carries the table. */
const PAGE = 'docs/configuration.md'

const GROUPS: Readonly<Record<VariableGroup, string>> = {
  switch: 'Switches',
  target: 'Target',
  transport: 'Transport',
  mlflow: 'MLflow',
  authentication: 'Authentication',
  tls: 'TLS',
  content: 'Content',
  pipeline: 'Sampling, batches, process end',
  resource: 'Resource',
  databricks: 'Databricks',
}

const SOURCES: Readonly<Record<VariableSource, string>> = {
  'otel-exporter': '[OpenTelemetry](https://opentelemetry.io/docs/specs/otel/protocol/exporter/)',
  'otel-sdk':
    '[OpenTelemetry](https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/)',
  'otel-genai': '[OpenTelemetry GenAI](https://opentelemetry.io/docs/specs/semconv/gen-ai/)',
  mlflow:
    '[MLflow](https://mlflow.org/docs/latest/api_reference/python_api/mlflow.environment_variables.html)',
  databricks: '[Databricks](https://docs.databricks.com/aws/en/dev-tools/auth/)',
  omnigent: '[Omnigent](https://github.com/omnigent-ai/omnigent)',
  requests: '[Requests](https://requests.readthedocs.io/en/latest/user/advanced/#ssl-cert-verification)',
  openssl: '[OpenSSL](https://docs.openssl.org/master/man7/openssl-env/)',
  node: '[Node.js](https://nodejs.org/api/http.html#built-in-proxy-support)',
  turnspan: 'turnspan',
}

/** The environment variables that turnspan reads, as Markdown tables, one for each subject. */
export function environmentTable(): string {
  const all = environmentVariables()
  const tables = (Object.keys(GROUPS) as VariableGroup[]).map((group) => {
    const rows = all.filter((variable) => variable.group === group).map(row)
    return [
      `**${GROUPS[group]}**`,
      '',
      '| variable | meaning | accepts | default | defined by |',
      '|---|---|---|---|---|',
      ...rows,
    ].join('\n')
  })
  return tables.join('\n\n')
}

/** `page` with the table between its marks; `undefined` when it has none. */
export function withTable(page: string): string | undefined {
  const begin = page.indexOf(BEGIN)
  const end = page.indexOf(END, begin)
  if (begin < 0 || end < 0) return undefined
  return `${page.slice(0, begin + BEGIN.length)}\n\n${environmentTable()}\n\n${page.slice(end)}`
}

function row({ name, meaning, accepts, defaultText, source }: NamedVariable): string {
  const cells = [
    `\`${name}\``,
    meaning,
    accepts.replaceAll('<profile>', '&lt;profile&gt;'),
    defaultText,
    SOURCES[source],
  ]
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
}

/** Writes the table into the page, or with `--check` says whether it is stale. Gives the exit code. */
function main(argv: readonly string[]): number {
  const path = fileURLToPath(new URL(`../${PAGE}`, import.meta.url))
  const page = readFileSync(path, 'utf8')
  const fresh = withTable(page)
  if (fresh === undefined) {
    process.stderr.write(`${PAGE} has no ${BEGIN} and ${END}\n`)
    return 1
  }
  if (fresh === page) return 0
  if (argv.includes('--check')) {
    process.stderr.write(`${PAGE} is stale: run npx tsx scripts/env-table.ts\n`)
    return 1
  }
  writeFileSync(path, fresh)
  return 0
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = main(process.argv.slice(2))
