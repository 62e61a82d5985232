import { environment } from '../config/environment.ts'

/** How a thread is started. */
export interface ThreadRights {
  readonly execArgv?: string[]
  readonly env?: Record<string, string>
}

const RIGHT = /^--(?:(?:experimental-)?permission(?:-audit)?|allow-[a-z-]+)(?==|$)/
const TAKES_VALUE = /^--allow-fs-(?:read|write)$/
const OPTION = /(?:[^\s"]|"(?:\\.|[^"\\])*")+/g

/**
 * What a thread of ours is started with: nothing that was preloaded into the application, and under Node's permission
 * model what the program itself may do. A thread that is given arguments of its own would else be free of the model.
 */
export function threadRights(): ThreadRights {
  if (!('permission' in process) || process.permission === undefined) return { execArgv: [], env: {} }
  const rights = [...rightsIn(process.execArgv), ...rightsIn(optionsOf(environment().NODE_OPTIONS))]
  // Set by other means, as by a file: only a thread that inherits everything has them.
  return rights.some((right) => right.includes('permission')) ? { execArgv: rights, env: {} } : {}
}

function rightsIn(args: readonly string[]): string[] {
  return args.flatMap((arg, i) => {
    if (!RIGHT.test(arg)) return []
    const value = args[i + 1]
    return TAKES_VALUE.test(arg) && value !== undefined ? [`${arg}=${value}`] : [arg]
  })
}

/** The options in a text as `NODE_OPTIONS` has them, where quotes hold one together. */
const optionsOf = (text = ''): string[] =>
  (text.match(OPTION) ?? []).map((option) =>
    option.replace(/"((?:\\.|[^"\\])*)"/g, (_, quoted: string) => quoted.replace(/\\(.)/g, '$1')),
  )
