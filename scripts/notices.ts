import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'

/**
 * `npm run notices` writes THIRD_PARTY_NOTICES.md and sbom.json from what the last build really took in (the
 * metafiles of esbuild in dist); `--check` fails when they differ. Deterministic: no times, no machine.
 */
interface Metafile {
  readonly outputs: Readonly<
    Record<string, { readonly inputs: Readonly<Record<string, { readonly bytesInOutput: number }>> }>
  >
}

interface Bundled {
  readonly name: string
  readonly version: string
  readonly license: string
  readonly texts: readonly string[]
  readonly integrity: string | undefined
}

type Manifest = { readonly name: string; readonly version: string; readonly license?: string }

const root = join(import.meta.dirname, '..')
const readJson = <T>(...path: string[]): T => JSON.parse(readFileSync(join(root, ...path), 'utf8')) as T
const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Folders, relative to the root, of the packages that have bytes in the build. */
function bundledFolders(): string[] {
  const folders = new Set<string>()
  for (const format of ['esm', 'cjs']) {
    for (const output of Object.values(readJson<Metafile>('dist', `metafile-${format}.json`).outputs)) {
      for (const [path, { bytesInOutput }] of Object.entries(output.inputs)) {
        const folder = /(?:^|.*?\/)(node_modules\/.*)$/
          .exec(path)?.[1]
          ?.match(/^.*node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0]
        if (folder && bytesInOutput > 0) folders.add(folder)
      }
    }
  }
  return [...folders].sort(byText)
}

function readPackage(folder: string, lock: Record<string, { integrity?: string }>): Bundled {
  const { name, version, license } = readJson<Manifest>(folder, 'package.json')
  if (!license) throw new Error(`${name}@${version} declares no licence`)
  const texts = readdirSync(join(root, folder))
    .filter((file) => /^(licen[cs]e|copying|notice)([.-]|$)/i.test(file))
    .sort(byText)
    .map((file) =>
      readFileSync(join(root, folder, file), 'utf8')
        .replace(/\r\n/g, '\n')
        .trim(),
    )
  if (texts.length === 0) throw new Error(`${name}@${version} (${license}) carries no licence text`)
  return { name, version, license, texts, integrity: lock[folder]?.integrity }
}

/** Packages with the same licence text stand together, so that the text is there once. */
function notices(packages: readonly Bundled[]): string {
  const groups = new Map<string, Bundled[]>()
  for (const one of packages) {
    const text = one.texts.join('\n\n')
    groups.set(text, [...(groups.get(text) ?? []), one])
  }
  const sections = [...groups].map(([text, group]) => {
    const names = group.map(({ name, version, license }) => `- ${name} ${version} (${license})`).join('\n')
    return `${names}\n\n~~~text\n${text}\n~~~\n`
  })
  return `# Third-party notices\n\nThe build of turnspan contains code of these packages, under their own licences.\n\n${sections.join('\n')}`
}

function sbom(packages: readonly Bundled[]): string {
  const own = readJson<Manifest>('package.json')
  const purl = (name: string, version: string): string => `pkg:npm/${name.replace('@', '%40')}@${version}`
  const component = (one: Bundled): object => ({
    type: 'library',
    'bom-ref': purl(one.name, one.version),
    name: one.name,
    version: one.version,
    ...(one.integrity ? { hashes: [{ alg: 'SHA-512', content: hex(one.integrity) }] } : {}),
    licenses: [
      / (AND|OR|WITH) /.test(one.license) ? { expression: one.license } : { license: { id: one.license } },
    ],
    purl: purl(one.name, one.version),
  })
  const document = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: {
        type: 'library',
        'bom-ref': purl(own.name, own.version),
        name: own.name,
        version: own.version,
        licenses: [{ license: { id: own.license } }],
        purl: purl(own.name, own.version),
      },
    },
    components: packages.map(component),
    dependencies: [
      { ref: purl(own.name, own.version), dependsOn: packages.map((one) => purl(one.name, one.version)) },
    ],
  }
  return `${JSON.stringify(document, undefined, 2)}\n`
}

const hex = (integrity: string): string =>
  Buffer.from(integrity.replace(/^sha512-/, ''), 'base64').toString('hex')

const lock = readJson<{ packages: Record<string, { integrity?: string }> }>('package-lock.json').packages
const packages = bundledFolders().map((folder) => readPackage(folder, lock))
const files = { 'THIRD_PARTY_NOTICES.md': notices(packages), 'sbom.json': sbom(packages) }
const check = process.argv.includes('--check')
for (const [name, text] of Object.entries(files)) {
  const path = join(root, name)
  if (existsSync(path) && readFileSync(path, 'utf8') === text) continue
  if (check) {
    console.error(`${basename(path)} is not what the build contains. Run \`npm run notices\` and commit it.`)
    process.exitCode = 1
  } else writeFileSync(path, text)
}
console.error(`${packages.length} packages in the build`)
