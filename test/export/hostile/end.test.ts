import { expect, test } from 'vitest'
import { fileBeside, runNode } from '../../support/child.ts'
import { answeringEndlessly, type Fault, silent, startFaultyPort } from './faulty-port.ts'

const ok = 'HTTP/1.1 200 OK\r\n\r\n'
const program = fileBeside(import.meta.url, './end.child.ts')

const FAULTS: readonly (readonly [name: string, protocol: string, scheme: string, fault: Fault])[] = [
  ['never answers', 'http/protobuf', 'http', silent],
  ['never shakes hands', 'http/protobuf', 'https', silent],
  ['answers a byte at a time', 'http/protobuf', 'http', answeringEndlessly('HTTP/1.1 200 OK\r\n', 'x', 100)],
  ['answers without an end', 'http/protobuf', 'http', answeringEndlessly(ok, Buffer.alloc(65_536))],
  ['never answers', 'grpc', 'http', silent],
  ['never shakes hands', 'grpc', 'https', silent],
]

test.each(FAULTS)('a process ends soon though its server %s (%s, %s)', async (_, protocol, scheme, fault) => {
  await using faulty = await startFaultyPort(0, () => fault)
  const url = `${scheme}://127.0.0.1:${faulty.port}`
  const { code, signal, stdout, stderr, ms } = await runNode(program, {
    args: [url, protocol],
    timeoutMs: 30_000,
  })
  expect({ code, signal, stdout }).toEqual({ code: 0, signal: null, stdout: 'done' })
  expect(stderr).toMatch(/2 spans .*\[TS_EXIT_LOST\]/)
  // Its start through a compiler, and a machine that does other things as well.
  expect(ms).toBeLessThan(700 + 9000)
})
