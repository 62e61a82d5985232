import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { entries, exportsOf } from '../../scripts/entries.ts'
import { KNOWN_INTEGRATIONS } from '../../src/modules/known-packages.ts'
import { VERSION } from '../../src/runtime/version.ts'

const path = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url))
const read = (name: string): string => readFileSync(path(name), 'utf8')
const json = <T>(name: string): T => JSON.parse(read(name)) as T

interface Manifest {
  readonly version: string
  readonly exports: Readonly<Record<string, unknown>>
  readonly typesVersions: object
  readonly repository: { readonly url: string }
  readonly homepage: string
  readonly bugs: { readonly url: string }
  readonly dependencies?: object
  readonly peerDependencies: Readonly<Record<string, string>>
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional: boolean }>>
  readonly scripts: Readonly<Record<string, string>>
}

const manifest = json<Manifest>('package.json')
const specifier = (entry: string): string => (entry === 'index' ? '.' : `./${entry}`)

test('the version in the code is the one of package.json', () => {
  expect(VERSION).toBe(manifest.version)
})

test('package.json exports exactly the entries that are built', () => {
  const expected = Object.keys(entries).map((entry) => [specifier(entry), exportsOf(entry)])
  expect(manifest.exports).toEqual({
    ...Object.fromEntries(expected),
    './package.json': './package.json',
  })
})

test('a resolver looks at the conditions of runtimes before those of module systems', () => {
  for (const entry of Object.keys(entries)) {
    expect(Object.keys(manifest.exports[specifier(entry)] as object)).toEqual(Object.keys(exportsOf(entry)))
  }
})

test('TypeScript without exports finds the types of every subpath', () => {
  const { index: _main, ...subpaths } = entries
  expect(manifest.typesVersions).toEqual({
    '*': Object.fromEntries(Object.keys(subpaths).map((entry) => [entry, [`./dist/${entry}.d.ts`]])),
  })
})

test('says where it comes from', () => {
  expect(manifest.repository.url).toBe('git+https://github.com/turnspan/turnspan.git')
  expect(manifest.homepage).toBe('https://github.com/turnspan/turnspan#readme')
  expect(manifest.bugs.url).toBe('https://github.com/turnspan/turnspan/issues')
})

test('installing turnspan brings nothing but the OpenTelemetry API', () => {
  expect(manifest.dependencies).toBeUndefined()
  const { '@opentelemetry/api': api, ...optional } = manifest.peerDependencies
  expect(api).toBe('>=1.9.0 <2')
  // The packages of frameworks are named for their oldest version, and installed by nobody but the application.
  for (const [name, range] of Object.entries(optional)) {
    expect(manifest.peerDependenciesMeta[name]).toEqual({ optional: true })
    expect(range).toMatch(/^>=\d+(\.\d+)*$/)
  }
  for (const hook of ['preinstall', 'install', 'postinstall', 'prepare']) {
    expect(manifest.scripts).not.toHaveProperty(hook)
  }
})

test('the oldest versions that the manifest names are those from which on packages are traced', () => {
  const oldest = new Map(
    KNOWN_INTEGRATIONS.flatMap(({ packages }) => packages.map((one) => [one.name, one.oldest] as const)),
  )
  const { '@opentelemetry/api': _api, ...optional } = manifest.peerDependencies
  const named = Object.entries(optional).map(([name, range]): [string, string] => {
    const [major = '', minor = '0', patch = '0'] = range.replace('>=', '').split('.')
    return [name, `${major}.${minor}.${patch}`]
  })
  expect(named).toEqual(named.map(([name]) => [name, oldest.get(name)]))
})

test('the API reference covers every entry', () => {
  expect(json<{ entryPoints: string[] }>('typedoc.json').entryPoints).toEqual(Object.values(entries))
})

test.each(Object.entries(entries))('the entry %s opens with its package documentation', (entry, source) => {
  const opening = /^\/\*\*(.*?)\*\//s.exec(read(source))?.[1] ?? ''
  expect(opening).toContain('@packageDocumentation')
  expect(opening).toContain(entry === 'index' ? 'turnspan' : `turnspan/${entry}`)
})

test('the API of every entry stands in a report, and no other report is there', () => {
  for (const entry of Object.keys(entries))
    expect(existsSync(path(`docs/api-report/${entry}.api.md`))).toBe(true)
})

test('the lock file names no download address', () => {
  expect(read('package-lock.json')).not.toMatch(/"resolved": "http/)
})

test('the lock file lists the packages of every system, for npm ci refuses to go on without', () => {
  type Locked = { readonly optionalDependencies?: Readonly<Record<string, string>> }
  const { packages } = json<{ packages: Readonly<Record<string, Locked>> }>('package-lock.json')
  const names = new Set(Object.keys(packages).map((key) => key.split('node_modules/').at(-1)))
  const optional = Object.values(packages).flatMap((one) => Object.keys(one.optionalDependencies ?? {}))
  expect(optional.length).toBeGreaterThan(0)
  expect(optional.filter((name) => !names.has(name))).toEqual([])
})
