/** The keys of the section `name` of an INI file; `undefined` when there is no such section. */
export function iniSection(text: string, name: string): ReadonlyMap<string, string> | undefined {
  let inside = false
  let keys: Map<string, string> | undefined
  for (const raw of text.split(/\r?\n/)) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue
    const header = /^\[(.*)\]$/.exec(line)
    if (header) {
      inside = header[1]?.trim() === name
      if (inside) keys ??= new Map()
      continue
    }
    const at = line.indexOf('=')
    if (inside && at > 0) keys?.set(line.slice(0, at).trim().toLowerCase(), line.slice(at + 1).trim())
  }
  return keys
}
