import { read } from './method.ts'

/**
 * What a package gives that may be patched: the exports of a module, what its default export has, and the prototypes of
 * both. For classes that are found by what they have, since bundlers change their names.
 *
 * @param copy - exports of a module, a class, or an instance
 */
export function membersOf(copy: unknown): unknown[] {
  const from = [copy, read(copy, 'default')]
  const members = from.flatMap((one) => [one, ...keysOf(one).map((key) => read(one, key))])
  return members.flatMap((member) => [member, read(member, 'prototype')])
}

function keysOf(value: unknown): string[] {
  try {
    return typeof value === 'object' && value !== null ? Object.keys(value) : []
  } catch {
    return []
  }
}
