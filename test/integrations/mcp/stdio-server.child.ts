// A server on stdio as a user writes it: two lines of turnspan, then the SDK. Arguments: the set and the format.
import { init, withTool } from '../../../src/index.ts'
import { instrumentMcp } from '../../../src/integrations/mcp/index.ts'
import { createServer } from './scene.ts'
import { type Format, loadSdk, type SdkSet } from './sdk.ts'

const [set, format] = process.argv.slice(2) as [SdkSet, Format]
if (process.env.SCENE_TRACED === 'true') init({ captureContent: true, serviceName: 'tools' })
const sdk = await loadSdk(set, format)
for (const module of sdk.modules) instrumentMcp(module)
const { StdioServerTransport } = await sdk.load(
  sdk.major === 1 ? '@modelcontextprotocol/sdk/server/stdio.js' : '@modelcontextprotocol/server/stdio',
)
const server = createServer(sdk, { work: () => withTool({ tool: 'deep' }, async () => 'worked') })
await server.connect(new StdioServerTransport())
