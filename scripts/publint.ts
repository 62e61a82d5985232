import { readFileSync } from 'node:fs'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'

/**
 * `publint --strict`, but for one rule: under the condition `module` it wants ESM only. Our own imports give CommonJS
 * there to a bundler that asks by `require`, for ESM would bring a second copy of OpenTelemetry's API into the
 * application; see docs/decisions/0010-no-api-at-import.md.
 */
const isMeant = ({ code, path }: { readonly code: string; readonly path: readonly string[] }): boolean =>
  code === 'IMPORTS_MODULE_SHOULD_BE_ESM' && path.at(-1) === 'require'

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Record<string, unknown>
const { messages } = await publint({ pkgDir: '.', strict: true })
const wrong = messages.filter((message) => !isMeant(message))
for (const message of wrong) console.error(`${message.type}: ${formatMessage(message, manifest)}`)
console.error(`${wrong.length} objections of publint`)
process.exitCode = wrong.length > 0 ? 1 : 0
