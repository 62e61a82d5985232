import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import type * as z from 'zod/mini'
import type { EndedSpan } from '../../src/span/ended-span.ts'
import { encodeRequest } from '../../src/span/otlp/request.ts'
import { snapshotOf } from '../../src/span/snapshot/snapshot.ts'
import { endedSpan } from '../delivery/ended-span.ts'
import { objections, type Structured, unconventional } from './genai-conventions/index.ts'
import { functionTool, genericPart, genericTool, PARTS, SCHEMAS } from './genai-conventions/schemas.ts'
import { decodeTraceRequest } from './otlp-decode.ts'

/** Where the original schemas lie, beside a working copy of the project; a fresh clone has none. */
const originals = ['../../../shared', '../../../../shared']
  .map((path) => new URL(`${path}/data/genai-conventions/`, import.meta.url))
  .find((folder) => existsSync(folder))

const original = (key: Structured): Record<string, unknown> => {
  const name = key.replaceAll(/[._]/g, '-')
  return JSON.parse(readFileSync(new URL(`${name}.json`, originals), 'utf8')) as Record<string, unknown>
}

const parts = {
  text: { type: 'text', content: 'hi' },
  tool_call: { type: 'tool_call', id: 'c1', name: 'weather', arguments: { city: 'Paris' } },
  tool_call_response: { type: 'tool_call_response', id: null, response: 'sunny' },
  server_tool_call: {
    type: 'server_tool_call',
    id: 's1',
    name: 'search',
    server_tool_call: { type: 'web_search', query: 'q' },
  },
  server_tool_call_response: {
    type: 'server_tool_call_response',
    id: 's1',
    server_tool_call_response: { type: 'web_search', found: [] },
  },
  blob: { type: 'blob', mime_type: 'image/png', modality: 'image', content: 'aGk=' },
  file: { type: 'file', mime_type: null, modality: 'document', file_id: 'file-1' },
  uri: { type: 'uri', modality: 'image', uri: 'https://example.com/a.png' },
  reasoning: { type: 'reasoning', content: 'Hm.' },
} as const satisfies Record<keyof typeof PARTS, object>

const generic = { type: 'refusal', refusal: 'no' }
const parameters = {
  type: 'object',
  properties: { city: { type: ['string', 'null'], minLength: 1, enum: ['a'] }, all: true },
  required: ['city'],
  additionalProperties: { anyOf: [{ type: 'number', exclusiveMinimum: 0 }, { items: [{ const: 1 }] }] },
  definitions: { a: { pattern: '^a', format: 'date', dependencies: { b: ['c'], d: {} } } },
}
const tool = { type: 'function', name: 'weather', description: 'Of a city', parameters }
/** Each kind of part is compared by itself. */
const message = { role: 'user', name: 'me', parts: [parts.tool_call, generic] }

const VALID: Readonly<Record<Structured, unknown>> = {
  'gen_ai.input.messages': [message],
  'gen_ai.output.messages': [{ ...message, finish_reason: 'stop' }],
  'gen_ai.system_instructions': message.parts,
  'gen_ai.tool.definitions': [tool, { type: 'custom', name: 'grep', parameters: 1 }],
  'gen_ai.retrieval.documents': [{ id: 'd1', score: 0.5, title: 'more' }],
}
const KEYS = Object.keys(VALID) as Structured[]

const OTHERS: readonly unknown[] = [null, true, -1, 0.5, '', 'text', [], ['text', 'text'], {}, [{}]]

/** What the schemas call each part. */
const DEFINITIONS: Readonly<Record<keyof typeof PARTS, string>> = {
  text: 'TextPart',
  tool_call: 'ToolCallRequestPart',
  tool_call_response: 'ToolCallResponsePart',
  server_tool_call: 'ServerToolCallPart',
  server_tool_call_response: 'ServerToolCallResponsePart',
  blob: 'BlobPart',
  file: 'FilePart',
  uri: 'UriPart',
  reasoning: 'ReasoningPart',
}

/** `value`, and what it becomes when anything in it is another value or gone. */
function* changed(value: unknown): Generator<unknown> {
  yield value
  yield* OTHERS
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      for (const other of changed(item)) yield value.with(index, other)
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, inside] of Object.entries(value)) {
      const { [key]: _gone, ...rest } = value as Record<string, unknown>
      yield rest
      for (const other of changed(inside)) yield { ...value, [key]: other }
    }
  }
}

const NOT_HERE = 'The schemas of the conventions do not lie beside this copy of the project.'

describe('the rules, said in code of ours, agree with the schemas of the conventions', () => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false })
  const load = createRequire(import.meta.url)
  ajv.addMetaSchema(load('ajv/dist/refs/json-schema-draft-07.json') as object)

  function agree(schema: object, ours: z.ZodMiniType, valid: unknown): void {
    const validate = ajv.compile(schema)
    const count = { valid: 0, invalid: 0 }
    const different: string[] = []
    for (const value of changed(valid)) {
      const verdict = validate(value) ? 'valid' : 'invalid'
      count[verdict] += 1
      if (ours.safeParse(value).success !== (verdict === 'valid'))
        different.push(`${verdict}: ${JSON.stringify(value)}`)
    }
    expect(different).toEqual([])
    expect(count.valid).toBeGreaterThan(1)
    expect(count.invalid).toBeGreaterThan(1)
  }

  test.for(KEYS)('about %s', (key, { skip }) => {
    if (originals === undefined) return skip(NOT_HERE)
    agree(original(key), SCHEMAS[key], VALID[key])
  })

  test.for([
    ...Object.entries(parts).map(([type, part]) => [type, DEFINITIONS[part.type], part] as const),
    ['any', 'GenericPart', generic] as const,
  ])('about parts: %s', ([type, definition, part], { skip }) => {
    if (originals === undefined) return skip(NOT_HERE)
    const { $defs } = original('gen_ai.input.messages')
    const ours: z.ZodMiniType = type === 'any' ? genericPart : PARTS[type as keyof typeof PARTS]
    agree({ $defs, $ref: `#/$defs/${definition}` }, ours, part)
  })

  test.for([
    ['FunctionToolDefinition', functionTool],
    ['GenericToolDefinition', genericTool],
  ] as const)('about tools: %s', ([definition, ours], { skip }) => {
    if (originals === undefined) return skip(NOT_HERE)
    const { $defs } = original('gen_ai.tool.definitions')
    agree({ $defs, $ref: `#/$defs/${definition}` }, ours, tool)
  })
})

describe('what is not as the conventions have it', () => {
  test.each(KEYS)('is nothing in a sound %s', (key) => {
    expect(objections(key, VALID[key])).toEqual([])
  })

  test('is said with its place', () => {
    expect(objections('gen_ai.output.messages', [{ role: 'assistant', parts: [] }])).toEqual([
      expect.stringMatching(/^gen_ai\.output\.messages 0\.finish_reason: /),
    ])
  })

  test('is also a part, or a tool, of a known type and of another form', () => {
    const odd = { type: 'reasoning', text: 'Hm.' }
    expect(objections('gen_ai.input.messages', [{ role: 'user', parts: [parts.text, odd] }])).toEqual([
      expect.stringMatching(/^gen_ai\.input\.messages\[0\]\.parts\[1\] content: /),
    ])
    expect(objections('gen_ai.system_instructions', [odd])).toHaveLength(1)
    expect(objections('gen_ai.tool.definitions', [{ ...tool, parameters: { type: 'text' } }])).toHaveLength(1)
  })

  test('is found in what a receiver got, in either vocabulary', () => {
    const found = (
      attributes: EndedSpan['attributes'],
      contentKeys: 'mlflow' | 'gen_ai' = 'gen_ai',
    ): string[] => {
      const options = { contentKeys, legacySemconv: false, mlflow: false } as const
      const agent = { spanType: 'CHAT_MODEL', jsonKeys: new Set<string>(), inputs: snapshotOf('hi') }
      const span = endedSpan({ name: 'chat', scope: { name: 'turnspan' }, agent, attributes })
      return unconventional(decodeTraceRequest(encodeRequest([span], {}, options)))
    }
    const nameless = JSON.stringify([
      { type: 'function', function: { name: 'f', parameters: { type: 'odd' } } },
    ])
    expect(found({})).toEqual([])
    expect(found({}, 'mlflow')).toEqual([])
    expect(found({ 'gen_ai.output.messages': '[{"role":"assistant"}]' })).not.toEqual([])
    expect(found({ 'gen_ai.output.messages': 'Hello' })).toEqual([
      'chat: gen_ai.output.messages is no JSON text: Hello',
    ])
    expect(found({ 'mlflow.chat.tools': nameless }, 'mlflow')).toEqual([
      expect.stringMatching(/^chat, as another receiver gets it: gen_ai\.tool\.definitions\[0\] parameters/),
    ])
  })
})
