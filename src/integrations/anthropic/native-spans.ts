import { type Patches, suppressScope } from '../base/index.ts'
import { toolRunnerIn } from './tool-loops.ts'

/** The tracers of the client itself, from 0.134 on, and of its variants for the clouds. */
const SCOPES = ['', '.bedrock', '.vertex', '.foundry', '.aws'].map(
  (platform) => `com.anthropic.sdk.typescript${platform}`,
)

/**
 * Leaves out the spans that the client makes of what is traced here already, from turnspan's traces only: whoever
 * else listens to them gets them as before. They have no content unless each client is told so, and older versions
 * make none, which is why they are not the ones that are kept. What the client traces beside, such as managed
 * agents and files, comes through.
 */
export function suppressNativeSpans(patches: Patches): void {
  for (const scope of SCOPES) patches.onUndo(suppressScope(scope, isTraced))
}

function isTraced(name: string): boolean {
  if (/^anthropic\.(messages|completions)\./.test(name)) return true
  return /^anthropic\.(custom|mcp)_tool_use /.test(name) && toolRunnerIn() !== undefined
}
