import { init, withRemoteContext, withTool } from '../../src/index.ts'

// A program that stands in the trace which its environment names.
init({ protocol: 'http/protobuf', instrumentations: false })
withRemoteContext(process.env, () => withTool({ tool: 'count' }, () => 42))
