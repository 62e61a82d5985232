import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { environmentTable, withTable } from '../../scripts/env-table.ts'
import { OPTION_ACCEPTS } from '../../src/config/option-names.ts'
import { VARIABLE_ACCEPTS } from '../../src/config/variable-names.ts'
import { environmentVariables } from '../../src/config/variables.ts'
import { resolved, SERVER } from './resolving.ts'

const root = new URL('../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), 'utf8')
const all = environmentVariables()

/** Our source but for the table itself. */
const source = readdirSync(new URL('src/config/', root))
  .filter((name) => !name.startsWith('variables-'))
  .map((name) => read(`src/config/${name}`))
  .join('\n')

describe('the table of variables', () => {
  test.each(all)('$name is read, and complete', ({ name, meaning, accepts, defaultText }) => {
    expect(source).toContain(`'${name}'`)
    for (const text of [meaning, accepts, defaultText]) expect(text).toMatch(/\S/)
  })

  test('names each variable once', () => {
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length)
  })

  test('gives the words of messages', () => {
    const { problems } = resolved({ ...SERVER, OTEL_TRACES_SAMPLER: 'sometimes' })
    expect(problems[0]?.message).toContain(VARIABLE_ACCEPTS.OTEL_TRACES_SAMPLER)
  })
})

describe('the table in the documentation', () => {
  test('has a row for each variable', () => {
    const rows = environmentTable().split('\n')
    for (const { name } of all) {
      const row = rows.filter((line) => line.startsWith(`| \`${name}\` |`))
      expect(row).toHaveLength(1)
      expect(row[0]?.match(/(?<!\\)\|/g)).toHaveLength(6)
    }
  })

  test('stands between its marks, and what is around them stays', () => {
    const page = 'before\n<!-- environment:begin -->\nold\n<!-- environment:end -->\nafter\n'
    const fresh = withTable(page)
    expect(fresh).toMatch(/^before\n<!-- environment:begin -->\n\n\*\*Switches/)
    expect(fresh).toMatch(/<!-- environment:end -->\nafter\n$/)
    expect(fresh).not.toContain('old')
    expect(withTable(fresh ?? '')).toBe(fresh)
  })

  test('needs its marks', () => {
    expect(withTable('nothing here')).toBeUndefined()
  })

  test('is up to date', () => {
    const page = read('docs/configuration.md')
    expect(withTable(page)).toBe(page)
  })

  test.each(Object.keys(OPTION_ACCEPTS))('is beside a word about the option %s', (name) => {
    expect(read('docs/configuration.md')).toContain(`\`${name}\``)
  })
})
