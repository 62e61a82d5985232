/** `value` as JSON text, empty where it has none; said to be unreadable where it cannot be made, as of what leads back to itself. */
export function asJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? ''
  } catch {
    return '[unreadable]'
  }
}
