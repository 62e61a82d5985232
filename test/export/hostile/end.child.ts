import { init, withAgent, withTool } from '../../../src/index.ts'

// Ends by itself when its work is done: what is on its way to a bad server must not hold it.
init({
  endpoint: process.argv[2],
  protocol: process.argv[3] as 'grpc',
  exitTimeoutMs: 700,
  insecureTls: true,
  spool: false,
})
withAgent({ agent: 'a' }, () => withTool({ tool: 't', arguments: { x: 1 } }, () => 1))
process.stdout.write('done')
