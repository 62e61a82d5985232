/**
 * Traces clients and servers of the Model Context Protocol, made with its TypeScript SDK, versions 1 and 2:
 * `turnspan/mcp`.
 *
 * @packageDocumentation
 */
import { checkKeys, type KnownKeys, knownKeys } from '../../config/known-keys.ts'
import { createInstrument, type Uninstrument } from '../base/index.ts'
import { type McpOptions, patchMcp } from './patch-mcp.ts'

export type { Uninstrument } from '../base/index.ts'
export type { McpOptions } from './patch-mcp.ts'

const KEYS: Readonly<Record<keyof McpOptions, true>> = { baggage: true }
const KNOWN: KnownKeys = knownKeys('instrumentMcp()', KEYS)

const instrument: (copy?: unknown, options?: McpOptions) => Uninstrument = createInstrument<McpOptions>({
  name: 'mcp',
  patch: patchMcp,
})

/**
 * Traces every client and server of the MCP SDK, those that exist already included: tool calls, resources, prompts, and
 * requests of servers to clients. The trace context travels in the messages, so both sides are in one trace. `init`
 * calls it automatically; call it yourself only where turnspan cannot find the package, for example in a bundled
 * application.
 *
 * @param copy - exports of the SDK, its classes, or a client or server. Default: the copies that the application has
 * loaded, and those that it will load
 * @returns a function that restores everything as it was
 * @see https://modelcontextprotocol.io
 * @example
 * import { Client } from '@modelcontextprotocol/sdk/client/index.js'
 * instrumentMcp({ Client })
 */
export function instrumentMcp(copy?: unknown, options?: McpOptions): Uninstrument {
  checkKeys(KNOWN, options)
  return instrument(copy, options)
}
