import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as acorn from 'acorn'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { inputsOf } from '../../src/tracing/inputs-of.ts'
import { type Parameter, parameterNames } from '../../src/tracing/parameter-names.ts'

type AnyFunction = (...args: unknown[]) => unknown
type Node = acorn.Node & Record<string, unknown>

/** The names as a short text: `city, days, …rest`, with `?` for a parameter that has none. */
const shown = (parameters: readonly Parameter[] | undefined): string | undefined =>
  parameters?.map((p) => `${p.rest ? '…' : ''}${p.name ?? '?'}`).join(', ')

const evaluate = (source: string): AnyFunction => new Function(`return (${source})`)() as AnyFunction

/** A function whose source text is `source`, which need not stand alone (a method, say). */
const withSource = (source: string): AnyFunction => {
  const fn = () => undefined
  sources.set(fn, source)
  return fn
}
const sources = new WeakMap<object, string>()
const nativeToString = Function.prototype.toString

/** Runs `body` while `Function.prototype.toString` answers with the texts given to `withSource`. */
function readingGivenSources<T>(body: () => T): T {
  Function.prototype.toString = function (this: object) {
    return sources.get(this) ?? nativeToString.call(this as () => void)
  }
  try {
    return body()
  } finally {
    Function.prototype.toString = nativeToString
  }
}

const nameOf = (source: string): string | undefined =>
  readingGivenSources(() => shown(parameterNames(withSource(source))))

describe('parameterNames', () => {
  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: source code with templates in it.
  test.each([
    ['function (a, b) {}', 'a, b'],
    ['function named(a) {}', 'a'],
    ['function* g(a, b) {}', 'a, b'],
    ['async function (a) {}', 'a'],
    ['async function* (a) {}', 'a'],
    ['(a, b) => a', 'a, b'],
    ['() => 1', ''],
    ['a => a', 'a'],
    ['async a => a', 'a'],
    ['async => async', 'async'],
    ['async (a) => a', 'a'],
    ['async () => 1', ''],
    ['(a = 1, b = a / 2) => b', 'a, b'],
    ['(a = (1, 2), b = [3, ")"], c = { d: ",)" }) => c', 'a, b, c'],
    ['({ a, b }, [c] = [], d) => d', '?, ?, d'],
    ['(a, ...rest) => rest', 'a, …rest'],
    ['(...[a, b]) => a', '…?'],
    ['(a /* , x) */, // ) y\n b) => a', 'a, b'],
    ['(a = /[/)\\]]+,/.test(")"), b) => a', 'a, b'],
    ['(a = `x${`)${1}`}, y`, b) => a', 'a, b'],
    ['(a = 4 / 2, b = 1 / 2) => a', 'a, b'],
    ['(a = {} / 2, b = "/") => a', 'a, b'],
    ['(a = class {} / 2, b = "/,") => a', 'a, b'],
    ['(a = function () { if (1) /,)/.test("") }, b) => a', 'a, b'],
    ['(a = () => { function f() {} /,)}/.test("") }, b) => a', 'a, b'],
    ['(a = function () {} / 2, b = 1 / 2) => a', 'a, b'],
    ['(a = b => c => /\\)/, d) => d', 'a, d'],
    ['($, _, ünï, a1,) => $', '$, _, ünï, a1'],
    ['(\\u0061b, c) => c', '?, c'],
    ['\\u0061b => 1', '?'],
    ['function /* ( */ f /* ) */ (/* a */ b /* c */) {}', 'b'],
    ['class A { constructor(a) {} }', undefined],
    ['class { }', undefined],
    ['class A extends (x, y) {}', undefined],
    ['class/**/A{}', undefined],
  ])('reads %j as %j', (source, expected) => {
    expect(nameOf(source)).toBe(expected)
  })

  test.each([
    ['method(a, b) { }', 'a, b'],
    ['async method(a) {}', 'a'],
    ['*method(a) {}', 'a'],
    ['async *method(a) {}', 'a'],
    ['class(a) {}', 'a'],
    ['function(a) {}', 'a'],
    ['get x() { return 1 }', ''],
    ['set x(a) {}', 'a'],
    ['get(a) {}', 'a'],
    ['async(a) {}', 'a'],
    ["'a (b) c'(d) {}", 'd'],
    ['"x\\")"(d) {}', 'd'],
    ['12.5e3(d) {}', 'd'],
    ['.5(d) {}', 'd'],
    ['0x1F(d) {}', 'd'],
    ['10n(d) {}', 'd'],
    ['#secret(d) {}', 'd'],
    ['async *#secret(d) {}', 'd'],
    ['[Symbol.iterator](d) {}', 'd'],
    ['[`(${f(")]")}`](d) {}', 'd'],
    ['[/[\\]](/.source](d) {}', 'd'],
    ['[a](b) { return (c) }', 'b'],
  ])('reads the method %j as %j', (source, expected) => {
    expect(nameOf(source)).toBe(expected)
  })

  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: source code with templates in it.
  test.each([
    [
      'below ES2017 with defaults',
      'function f(city_1) { return __awaiter(this, arguments, void 0, function* (city, days = 3) { }) }',
      'city, days',
    ],
    [
      'with imported helpers',
      'function f(a_1) {\n    return (0, tslib_1.__awaiter)(this, arguments, void 0, function* (a, b = 1) {\n }) }',
      'a, b',
    ],
    [
      'in an arrow function',
      '(a_1, ...args_1) => __awaiter(this, [a_1, ...args_1], void 0, function* (a, b = 2) { })',
      'a, b',
    ],
    [
      'without defaults',
      'function f(city, days) { return __awaiter(this, void 0, void 0, function* () { }) }',
      'city, days',
    ],
  ])('reads the real parameters of a compiled async function %s', (_, source, expected) => {
    expect(nameOf(source)).toBe(expected)
  })

  test.each<[string, unknown]>([
    ['a native function', Math.max],
    ['a bound function', ((a: unknown) => a).bind(null)],
    ['a proxy', new Proxy((a: unknown) => a, {})],
    ['a class', class A {}],
    ['not a function', {}],
    ['undefined', undefined],
  ])('finds no names for %s', (_, fn) => {
    expect(parameterNames(fn as AnyFunction)).toBeUndefined()
  })

  test('ignores a toString of the function itself', () => {
    const fn = (city: unknown) => city
    fn.toString = () => {
      throw new Error('hostile')
    }
    expect(shown(parameterNames(fn))).toBe('city')
  })

  test('answers undefined when the source cannot be had', () => {
    Function.prototype.toString = () => {
      throw new Error('hostile')
    }
    try {
      expect(parameterNames((a: unknown) => a)).toBeUndefined()
    } finally {
      Function.prototype.toString = nativeToString
    }
  })

  test('reads the source of a function once', () => {
    const fn = (a: unknown) => a
    const first = parameterNames(fn)
    Function.prototype.toString = () => {
      throw new Error('read twice')
    }
    try {
      expect(parameterNames(fn)).toBe(first)
    } finally {
      Function.prototype.toString = nativeToString
    }
  })

  test.each([
    ['a huge body', `(a, b) => { ${'x = 1;'.repeat(200_000)} }`, 'a, b'],
    ['a huge default', `(a = [${'1,'.repeat(200_000)}], b) => a`, undefined],
    ['a huge comment', `(a /* ${', ) '.repeat(100_000)} */, b) => a`, undefined],
    ['a huge string', `(a = "${'\\x'.repeat(100_000)}", b) => a`, undefined],
    ['deep brackets', `(a = ${'['.repeat(60_000)}${']'.repeat(60_000)}) => a`, undefined],
    ['deep templates', `(a = ${'`${'.repeat(20_000)}, b) => a`, undefined],
  ])('does bounded work on %s', (_, source, expected) => {
    const began = performance.now()
    expect(nameOf(source)).toBe(expected)
    expect(performance.now() - began).toBeLessThan(1000)
  })

  test('never throws on any text', () => {
    const pieces = fc.constantFrom(
      ...'()[]{}`$/\\"\'=>.,;:?*#a1 \n'.split(''),
      '${',
      '/*',
      '=>',
      '...',
      'class ',
    )
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 60 }), (parts) => {
        nameOf(parts.join(''))
        nameOf(`function f(${parts.join('')}`)
      }),
      { numRuns: 3000 },
    )
  })
})

/** Parameters as acorn sees them. */
const expected = (node: Node): string =>
  (node.params as Node[])
    .map((param) => {
      const rest = param.type === 'RestElement'
      const target = (rest ? param.argument : param.type === 'AssignmentPattern' ? param.left : param) as Node
      return `${rest ? '…' : ''}${target.type === 'Identifier' ? target.name : '?'}`
    })
    .join(', ')

function walk(node: unknown, visit: (node: Node, parent: Node | undefined) => void, parent?: Node): void {
  if (Array.isArray(node)) for (const item of node) walk(item, visit, parent)
  else if (node && typeof node === 'object' && 'type' in node) {
    visit(node as Node, parent)
    for (const value of Object.values(node))
      if (value && typeof value === 'object') walk(value, visit, node as Node)
  }
}

/** Every function of `source` with the text that `toString` gives for it and the parameters it declares. */
function functionsIn(source: string, sourceType: 'script' | 'module'): { text: string; names: string }[] {
  const found: { text: string; names: string }[] = []
  const tree = acorn.parse(source, { ecmaVersion: 'latest', sourceType, allowReturnOutsideFunction: true })
  walk(tree, (node, parent) => {
    const isFunction = /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type)
    if (!isFunction) return
    const isMethod =
      parent?.type === 'MethodDefinition' ||
      (parent?.type === 'Property' && (parent.method === true || parent.kind !== 'init'))
    const range = isMethod ? (parent as Node) : node
    if (isMethod && parent?.kind === 'constructor') return
    let text = source.slice(range.start, range.end)
    if (parent?.type === 'MethodDefinition' && parent.static) text = text.replace(/^static\b/, '')
    found.push({ text, names: expected(node) })
  })
  return found
}

describe('parameterNames against acorn', () => {
  const spaces = fc.constantFrom('', ' ', '\n', '/* , ) ( */', '// ), `\n', ' /**/ ', '/*=>*/')
  const regex = fc.constantFrom('/[)\\]/,"]/', '/\\//g', '/`/', "/'/i", '/[/]/', '/(?:,|\\))+/u', '/=/')
  const text = fc.constantFrom('")"', "','", '"\\""', "'\\\\'", '"/*"', "'//'", '"`"', "'=>'")
  const operand: fc.Arbitrary<string> = fc.letrec<{ value: string; statement: string }>((tie) => ({
    statement: fc.oneof(
      { depthSize: 'small' },
      fc.tuple(tie('value')).map(([v]) => `x = ${v};`),
      regex.map((r) => `if (x) ${r}.test(y);`),
      regex.map((r) => `while (x) ${r}.exec(y);`),
      regex.map((r) => `for (const k of [1]) ${r}.exec(k);`),
      regex.map((r) => `{ x } ${r}.test(y);`),
      regex.map((r) => `function f() { return 1 } ${r}.test(y);`),
      regex.map((r) => `class C { m() {} } ${r}.test(y);`),
      regex.map((r) => `async function f() {} ${r}.test(y);`),
      regex.map((r) => `if (x) { y } else ${r}.test(y);`),
      regex.map((r) => `label: { break label } ${r}.test(y);`),
      regex.map((r) => `switch (x) { case 1: { } ${r}.test(y); default: }`),
      regex.map((r) => `do ${r}.test(y); while (x) ${r}.test(y);`),
      regex.map((r) => `try { y } catch { y } finally { y } ${r}.test(y);`),
      regex.map((r) => `return ${r};`),
      regex.map((r) => `x = () => {}\n${r}.test(y);`),
      fc.constant('x = y\n++z / 2;'),
      fc.constant('x = {} / 2; y = x ? {} / 2 : {} / 3;'),
      fc.constant('const { p = {} / 2, q: [r] = [1 / 2] } = x;'),
      tie('value').map((v) => `throw ${v};`),
    ),
    value: fc.oneof(
      { depthSize: 'medium', withCrossShrink: true },
      fc.constantFrom(
        '1',
        'x',
        'x.y',
        '.5',
        '1e3',
        '0x1f',
        'x?.y',
        'this',
        'null',
        '10n',
        'x.if',
        'x.return',
        '1..y',
      ),
      text,
      regex,
      regex.map((r) => `${r}.source`),
      fc.tuple(tie('value'), spaces, tie('value')).map(([a, s, b]) => `(${a}${s} / ${b})`),
      fc.tuple(tie('value'), tie('value')).map(([a, b]) => `[${a}, ${b}] / 2`),
      fc.tuple(tie('value'), tie('value')).map(([a, b]) => `(${a}, ${b}) / 2`),
      fc
        .tuple(tie('value'), tie('value'))
        .map(([a, b]) => `{ a: ${a}, [${b}]: 1, b() { }, get c() { return 1 } } / 2`),
      fc.tuple(tie('value'), tie('value')).map(([a, b]) => `\`)\${${a}},\\\`\${ ${b} }$\` / 2`),
      tie('value').map((v) => `x ? ${v} : { } / 2`),
      tie('value').map((v) => `(typeof ${v})`),
      tie('value').map((v) => `x++ / (${v})`),
      tie('value').map((v) => `(y => ${v})`),
      tie('value').map((v) => `((y, z = ${v}) => ({ y }))`),
      tie('statement').map((s) => `function () { ${s} ${s} } / 2`),
      tie('statement').map((s) => `async () => { ${s} }`),
      tie('statement').map((s) => `function* n() { ${s} yield /[)]/ }`),
      tie('statement').map((s) => `{ async *m(p = /,/) { ${s} }, 'k'() { ${s} } }`),
      tie('statement').map(
        (s) => `class { static { ${s} } f = { } / 2; #p = /\\)/; m() { ${s} } get [x]() { ${s} } } / 2`,
      ),
      tie('value').map((v) => `class extends (${v}) { }`),
      fc.constant('class extends class { } { } / 2'),
      fc.constant('{ class: 1, function: { } / 2, if(x) { }, get: /\\)/ }'),
      fc.constant('x.if (y) / 2 / x'),
    ),
  })).value
  const pattern = fc.constantFrom(
    '{ a }',
    '{ a: { b = ")" }, ...c }',
    '[a, , b = [1, /,/]]',
    '{ "k)": a }',
    '{ [`)`]: a }',
    '[]',
    '{}',
  )
  const name = (index: number): fc.Arbitrary<string> =>
    fc.constantFrom(`a${index}`, `$${index}`, `_${index}`, `é${index}`, `of${index}`, `async${index}`)
  const parameter = (index: number): fc.Arbitrary<string> =>
    fc
      .tuple(
        spaces,
        fc.oneof(
          name(index),
          name(index),
          pattern.map((p) => p.replace(/\b([abc])\b(?!["'])/g, `$1${index}`)),
        ),
        spaces,
        fc.option(operand, { nil: undefined }),
        spaces,
      )
      .map(([before, target, middle, value, after]) =>
        value === undefined ? `${before}${target}${after}` : `${before}${target}${middle}= ${value}${after}`,
      )
  const list = fc
    .tuple(fc.array(fc.nat(), { maxLength: 4 }), fc.option(name(9), { nil: undefined }), fc.boolean())
    .chain(([slots, rest, trailing]) =>
      fc.tuple(...slots.map((_, index) => parameter(index))).map((parts) => {
        const all = rest ? [...parts, ` ... ${rest} `] : parts
        return all.join(',') + (trailing && !rest && parts.length > 0 ? ',' : '')
      }),
    )
  const form = fc.constantFrom<(list: string) => string>(
    (l) => `x = function (${l}) { }`,
    (l) => `x = function named(${l}) { }`,
    (l) => `x = function* (${l}) { }`,
    (l) => `x = async function (${l}) { }`,
    (l) => `x = async function* /* ( */ (${l}) { }`,
    (l) => `x = (${l}) => 1`,
    (l) => `x = async (${l}) => { }`,
    (l) => `x = { m(${l}) { } }`,
    (l) => `x = { async *[")]" + /[)]/.source](${l}) { } }`,
    (l) => `x = { "a(b"(${l}) { } }`,
    (l) => `x = { 1.5(${l}) { } }`,
    (l) => `x = class { #m(${l}) { } }`,
    (l) => `x = class { static async m(${l}) { } }`,
    (l) => `x = { class(${l}) { } }`,
  )

  test('agrees on hostile parameter lists', () => {
    let compared = 0
    fc.assert(
      fc.property(form, list, (make, parameters) => {
        const source = make(parameters)
        let functions: { text: string; names: string }[]
        try {
          functions = functionsIn(source, 'script')
        } catch {
          return
        }
        compared += 1
        for (const { text: written, names } of functions) expect(nameOf(written), written).toBe(names)
      }),
      { numRuns: 4000, endOnFailure: true },
    )
    expect(compared).toBeGreaterThan(3000)
  })

  test('agrees with the engine on functions that really exist', () => {
    fc.assert(
      fc.property(list, (parameters) => {
        let fn: AnyFunction
        try {
          fn = evaluate(`function (${parameters}) { }`)
        } catch {
          return
        }
        let declared: string | undefined
        try {
          declared = functionsIn(`x = ${nativeToString.call(fn)}`, 'script')[0]?.names
        } catch {
          // The engine accepts a few things that acorn does not.
          return
        }
        expect(shown(parameterNames(fn))).toBe(declared)
      }),
      { numRuns: 500 },
    )
    expect(shown(parameterNames(new Function('a', 'b = ")"', '...c', 'return a') as AnyFunction))).toBe(
      'a, b, …c',
    )
  })

  test('agrees on the functions of real packages', () => {
    const modules = join(import.meta.dirname, '../../node_modules')
    const folders = [
      'acorn/dist',
      'fast-check/lib',
      'zod/v4/core',
      'vite/dist/node/chunks',
      '@opentelemetry/sdk-trace-base/build/src',
      'typescript/lib',
    ]
    let compared = 0
    for (const folder of folders) {
      for (const file of readdirSync(join(modules, folder))
        .filter((f) => /\.[cm]?js$/.test(f))
        .slice(0, 12)) {
        const source = readFileSync(join(modules, folder, file), 'utf8')
        if (source.length > 600_000) continue
        let functions: { text: string; names: string }[] = []
        try {
          functions = functionsIn(source, /^(import|export)\b/m.test(source) ? 'module' : 'script')
        } catch {
          continue
        }
        for (const { text, names } of functions.slice(0, 1500)) {
          if (/__awaiter\)?\(this, (arguments|\[)/.test(text.slice(0, 500))) continue
          const read = nameOf(text)
          if (read !== names) expect({ file, text, read }).toEqual({ file, text, read: names })
          compared += 1
        }
      }
    }
    expect(compared).toBeGreaterThan(2000)
  })
})

describe('inputsOf', () => {
  test.each<[string, AnyFunction, unknown[], Record<string, unknown>]>([
    ['names arguments', (city, days) => [city, days], ['Rome', 3], { city: 'Rome', days: 3 }],
    ['is empty without arguments', (city) => city, [], {}],
    ['leaves missing arguments out', (city, days) => [city, days], ['Rome'], { city: 'Rome' }],
    ['does not evaluate defaults', (city, days = 3) => [city, days], ['Rome'], { city: 'Rome' }],
    ['keeps an argument that is undefined', (city) => city, [undefined], { city: undefined }],
    ['collects rest parameters', (a, ...more) => [a, more], [1, 2, 3], { a: 1, more: [2, 3] }],
    ['leaves an empty rest out', (a, ...more) => [a, more], [1], { a: 1 }],
    ['collects surplus arguments', (a) => a, [1, 2, 3], { a: 1, args: [2, 3] }],
    ['numbers destructured parameters', (a, ...[b]) => [a, b], [1, 2], { a: 1, arg1: [2] }],
    ['numbers what it cannot read', Math.max as AnyFunction, [4, 5], { arg0: 4, arg1: 5 }],
    ['keeps a parameter called args', (args) => args, [1, 2], { args: 1, args_: [2] }],
  ])('%s', (_, fn, args, inputs) => {
    expect(inputsOf(fn, args)).toEqual(inputs)
  })

  test('keeps a parameter called arg0 apart from the position', () => {
    expect(inputsOf(evaluate('({ a }, arg0) => a'), [1, 2])).toEqual({ arg0_: 1, arg0: 2 })
    expect(inputsOf(evaluate('function (a, a) {}'), [1, 2])).toEqual({ a: 1, a_: 2 })
  })

  test('holds a parameter called __proto__ as data', () => {
    const inputs = inputsOf(evaluate('(__proto__, constructor) => 1'), [{ polluted: true }, 2])
    expect(Object.keys(inputs)).toEqual(['__proto__', 'constructor'])
    expect(Object.getPrototypeOf(inputs)).toBe(Object.prototype)
    expect('polluted' in inputs).toBe(false)
  })
})
