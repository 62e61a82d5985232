import * as z from 'zod/mini'

const size = z.int().check(z.gte(0))
const TYPES = ['array', 'boolean', 'integer', 'null', 'number', 'object', 'string'] as const
const typeName = z.enum(TYPES)
const distinct = <T>(items: readonly T[]): boolean =>
  new Set(items.map((item) => JSON.stringify(item))).size === items.length

const nested = z.lazy((): z.ZodMiniType => jsonSchema)
const schemas = z.array(nested).check(z.minLength(1))
const named = z.record(z.string(), nested)
const texts = z.array(z.string()).check(z.refine(distinct, 'has one twice'))

/** A JSON schema of draft 7, as far as its own schema says what one is; formats of its texts are not looked at. */
export const jsonSchema: z.ZodMiniType = z.union([
  z.boolean(),
  z.looseObject({
    $id: z.optional(z.string()),
    $schema: z.optional(z.string()),
    $ref: z.optional(z.string()),
    $comment: z.optional(z.string()),
    title: z.optional(z.string()),
    description: z.optional(z.string()),
    readOnly: z.optional(z.boolean()),
    multipleOf: z.optional(z.number().check(z.gt(0))),
    maximum: z.optional(z.number()),
    exclusiveMaximum: z.optional(z.number()),
    minimum: z.optional(z.number()),
    exclusiveMinimum: z.optional(z.number()),
    maxLength: z.optional(size),
    minLength: z.optional(size),
    pattern: z.optional(z.string()),
    additionalItems: z.optional(nested),
    items: z.optional(z.union([nested, schemas])),
    maxItems: z.optional(size),
    minItems: z.optional(size),
    uniqueItems: z.optional(z.boolean()),
    contains: z.optional(nested),
    maxProperties: z.optional(size),
    minProperties: z.optional(size),
    required: z.optional(texts),
    additionalProperties: z.optional(nested),
    definitions: z.optional(named),
    properties: z.optional(named),
    patternProperties: z.optional(named),
    dependencies: z.optional(z.record(z.string(), z.union([nested, texts]))),
    propertyNames: z.optional(nested),
    enum: z.optional(z.array(z.unknown()).check(z.minLength(1), z.refine(distinct, 'has one twice'))),
    type: z.optional(
      z.union([typeName, z.array(typeName).check(z.minLength(1), z.refine(distinct, 'has one twice'))]),
    ),
    format: z.optional(z.string()),
    contentMediaType: z.optional(z.string()),
    contentEncoding: z.optional(z.string()),
    if: z.optional(nested),
    // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON schemas.
    then: z.optional(nested),
    else: z.optional(nested),
    allOf: z.optional(schemas),
    anyOf: z.optional(schemas),
    oneOf: z.optional(schemas),
    not: z.optional(nested),
  }),
])
