const OCTET = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)'
const IPV4 = new RegExp(`^${OCTET}(?:\\.${OCTET}){3}$`)
const GROUP = /^[\da-f]{1,4}$/i
const GROUPS = 8

/** As of `node:net`. */
export const isIPv4 = (text: string): boolean => IPV4.test(text)

/** As of `node:net`. */
export function isIPv6(text: string): boolean {
  const [address = '', zone, ...more] = text.split('%')
  if (more.length > 0 || zone === '') return false
  const halves = address.split('::')
  if (halves.length > 2) return false
  const groups = halves.map((half) => (half === '' ? [] : half.split(':')))
  const last = groups.at(-1)?.at(-1)
  const endsInIPv4 = last !== undefined && isIPv4(last)
  const all = groups.flat()
  const hex = endsInIPv4 ? all.slice(0, -1) : all
  const count = hex.length + (endsInIPv4 ? 2 : 0)
  return hex.every((group) => GROUP.test(group)) && (halves.length === 2 ? count < GROUPS : count === GROUPS)
}
