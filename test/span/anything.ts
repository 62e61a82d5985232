import fc from 'fast-check'

/** Whatever a program may have captured; `stringUnit` is what its texts are made of. */
export const anything = (stringUnit: 'grapheme' | 'binary'): fc.Arbitrary<unknown> =>
  fc.anything({
    withBigInt: true,
    withBoxedValues: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withObjectString: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
    withUnicodeString: true,
    stringUnit,
    maxDepth: 8,
  })
