// What a program can see of a value, as data that can be compared: classes, own members, errors with their causes.

const MOST_DEPTH = 8

/** Describes `value`; the same for the same behaviour, in every run. */
export function describe(value, depth = 0, seen = new Set()) {
  if (value === undefined) return '[undefined]'
  if (typeof value === 'function') return `[function ${value.name} ${value.length}]`
  if (typeof value === 'bigint' || typeof value === 'symbol') return `[${typeof value}]`
  if (typeof value !== 'object' || value === null) return value
  if (seen.has(value) || depth > MOST_DEPTH) return '[again]'
  seen.add(value)
  try {
    if (value instanceof Error) return describeError(value, depth, seen)
    if (Array.isArray(value)) return value.map((item) => describe(item, depth + 1, seen))
    if (value instanceof Date) return `[date]`
    if (ArrayBuffer.isView(value)) return `[${value.constructor.name} ${value.byteLength}]`
    if (typeof value.arrayBuffer === 'function' && 'status' in value) return describeResponse(value)
    if (value instanceof Headers || value.constructor?.name === 'Headers') return '[headers]'
    const members = Object.fromEntries(
      Object.keys(value)
        .sort()
        .map((key) => [key, describe(value[key], depth + 1, seen)]),
    )
    const kind = classesOf(value)
    return kind === '' ? members : { '[class]': kind, ...members }
  } finally {
    seen.delete(value)
  }
}

/** Names of the classes of an object, up to that of plain ones. */
export function classesOf(value) {
  const names = []
  for (let at = Object.getPrototypeOf(value); at && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    names.push(at.constructor?.name ?? '?')
  }
  return names.join(' < ')
}

function describeError(error, depth, seen) {
  const own = Object.keys(error).filter((key) => !['headers', 'requestID', 'request_id'].includes(key))
  return {
    '[error]': classesOf(error),
    name: error.name,
    message: error.message,
    ...Object.fromEntries(own.sort().map((key) => [key, describe(error[key], depth + 1, seen)])),
    ...(error.cause !== undefined && { cause: describe(error.cause, depth + 1, seen) }),
  }
}

function describeResponse(response) {
  return {
    '[response]': response.constructor.name,
    status: response.status,
    bodyUsed: response.bodyUsed,
    type: response.headers?.get?.('content-type') ?? null,
  }
}
