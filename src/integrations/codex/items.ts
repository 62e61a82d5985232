import { list, read, text } from '../base/index.ts'

/** An item of a turn that is the work of a tool. */
export interface ToolItem {
  readonly name: string
  readonly arguments: unknown
  readonly output?: unknown
  readonly attributes?: Record<string, unknown>
  /** Why it failed, where it did. */
  readonly failure?: { readonly type: string; readonly message?: string | undefined } | undefined
}

/** What an item says of a tool; `undefined` for one that is none's. */
export function toolOf(item: unknown): ToolItem | undefined {
  switch (read(item, 'type')) {
    case 'command_execution':
      return command(item)
    case 'file_change':
      return {
        name: 'file_change',
        arguments: { changes: read(item, 'changes') },
        output: { status: read(item, 'status') },
        attributes: { 'codex.file_change.count': list(read(item, 'changes')).length },
        failure: failureOf(item, undefined),
      }
    case 'mcp_tool_call':
      return {
        name: text(read(item, 'tool')) ?? 'mcp_tool_call',
        arguments: read(item, 'arguments'),
        output: read(item, 'result') ?? undefined,
        attributes: { 'codex.mcp.server': text(read(item, 'server')) ?? '' },
        failure: failureOf(item, text(read(item, 'error', 'message'))),
      }
    case 'web_search':
      return {
        name: 'web_search',
        arguments: { query: read(item, 'query') },
        output: read(item, 'action') ?? undefined,
      }
    default:
      return undefined
  }
}

function command(item: unknown): ToolItem {
  const output = read(item, 'aggregated_output')
  const code = read(item, 'exit_code')
  return {
    name: 'command_execution',
    arguments: { command: read(item, 'command') },
    output,
    ...(typeof code === 'number' && { attributes: { 'process.exit.code': code } }),
    failure: failureOf(item, text(output)),
  }
}

function failureOf(item: unknown, message: string | undefined): ToolItem['failure'] {
  const status = read(item, 'status')
  return status === 'failed' || status === 'declined' ? { type: String(status), message } : undefined
}

/** What else an item says: content, under a name that is none. */
export function noteOf(
  item: unknown,
): { readonly name: string; readonly content: Record<string, unknown> } | undefined {
  switch (read(item, 'type')) {
    case 'reasoning':
      return { name: 'reasoning', content: { text: text(read(item, 'text')) } }
    case 'todo_list':
      return {
        name: 'todo_list',
        content: {
          items: list(read(item, 'items')).map(
            (one) => `${read(one, 'completed') === true ? '[x]' : '[ ]'} ${String(read(one, 'text'))}`,
          ),
        },
      }
    // Codex gives warnings this form, too; a turn that fails says so itself.
    case 'error':
      return { name: 'warning', content: { message: text(read(item, 'message')) } }
    default:
      return undefined
  }
}
