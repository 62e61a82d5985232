import type { Import } from './rooms.ts'

/** The groups of files that import one another in a circle, be it for their types only; by Tarjan's algorithm. */
export function cyclesIn(imports: readonly Import[]): string[][] {
  const targets = new Map<string, string[]>()
  for (const { from, to } of imports) targets.set(from, [...(targets.get(from) ?? []), to])
  const index = new Map<string, number>()
  const lowest = new Map<string, number>()
  const stack: string[] = []
  const found: string[][] = []

  const visit = (file: string): number => {
    const own = index.size
    index.set(file, own)
    lowest.set(file, own)
    stack.push(file)
    for (const target of targets.get(file) ?? []) {
      if (!index.has(target)) lower(file, visit(target))
      else if (stack.includes(target)) lower(file, index.get(target) ?? own)
    }
    const low = lowest.get(file) ?? own
    if (low === own) {
      const group = stack.splice(stack.indexOf(file))
      if (group.length > 1) found.push(group)
    }
    return low
  }
  const lower = (file: string, to: number): void => {
    lowest.set(file, Math.min(lowest.get(file) ?? to, to))
  }

  for (const file of targets.keys()) if (!index.has(file)) visit(file)
  return found
}
