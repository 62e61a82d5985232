import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CompilerState, Extractor, ExtractorConfig, type ExtractorMessage } from '@microsoft/api-extractor'
import { entries } from './entries.ts'

/**
 * `npm run api` writes the public surface of every entry, as built, to docs/api-report/<entry>.api.md, so that
 * each change to it shows in a diff; `--check` fails when a report is stale.
 */
const root = join(import.meta.dirname, '..')
const reports = join(root, 'docs', 'api-report')
const quiet = { logLevel: 'none' }
const strict = { logLevel: 'error' }

const declarationsOf = (entry: string): string => join(root, 'dist', `${entry}.d.ts`)
const declarations = Object.keys(entries).map(declarationsOf)

function configOf(entry: string, folder: string): ExtractorConfig {
  return ExtractorConfig.prepare({
    configObject: {
      projectFolder: root,
      mainEntryPointFilePath: declarationsOf(entry),
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            target: 'ES2022',
            lib: [
              'ES2023',
              'DOM',
              'DOM.Iterable',
              'DOM.AsyncIterable',
              'ESNext.Disposable',
              'ESNext.Decorators',
            ],
            module: 'NodeNext',
            types: ['node'],
            strict: true,
          },
          files: declarations,
        },
      },
      apiReport: {
        enabled: true,
        reportFileName: `${entry}.api.md`,
        reportFolder: folder,
        reportTempFolder: folder,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      newlineKind: 'lf',
      messages: {
        compilerMessageReporting: { default: strict },
        extractorMessageReporting: {
          default: strict,
          'ae-missing-release-tag': quiet,
          // The bundled declarations may have types above the comment with which an entry opens.
          'ae-misplaced-package-tag': quiet,
          // An entry may use a type that another one exports; typedoc sees all entries and finds what none does.
          'ae-forgotten-export': quiet,
          'ae-undocumented': quiet,
          'ae-unresolved-link': quiet,
        },
        tsdocMessageReporting: { default: quiet },
      },
    } as never,
    configObjectFullPath: join(root, 'scripts', 'api.ts'),
    packageJsonFullPath: join(root, 'package.json'),
  })
}

/** One for all entries: what they share is looked at once. */
let compilerState: CompilerState | undefined

function report(entry: string, folder: string): string {
  const config = configOf(entry, folder)
  compilerState ??= CompilerState.create(config, { additionalEntryPoints: declarations })
  const messageCallback = (message: ExtractorMessage): void => {
    message.handled = true
    if (message.logLevel !== 'error') return
    console.error(`${entry}: ${message.text} (${message.messageId})`)
    process.exitCode = 1
  }
  Extractor.invoke(config, { compilerState, localBuild: true, messageCallback })
  return readFileSync(join(folder, `${entry}.api.md`), 'utf8')
}

const check = process.argv.includes('--check')
const folder = mkdtempSync(join(tmpdir(), 'turnspan-api-'))
try {
  mkdirSync(reports, { recursive: true })
  for (const entry of Object.keys(entries)) {
    const path = join(reports, `${entry}.api.md`)
    const text = report(entry, folder)
    if (existsSync(path) && readFileSync(path, 'utf8') === text) continue
    if (check) {
      console.error(
        `docs/api-report/${entry}.api.md is stale. Run \`npm run build && npm run api\` and commit it.`,
      )
      process.exitCode = 1
    } else {
      writeFileSync(path, text)
      console.error(`wrote docs/api-report/${entry}.api.md`)
    }
  }
} finally {
  rmSync(folder, { recursive: true })
}
