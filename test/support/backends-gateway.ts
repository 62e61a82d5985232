import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type CollectorServer, startCollector } from './backends.ts'

/** A Collector with `examples/collector/<name>.yaml` as it is, told by variables what stands behind it. */
export function startGateway(name: string, env: Readonly<Record<string, string>>): Promise<CollectorServer> {
  const file = fileURLToPath(new URL(`../../examples/collector/${name}.yaml`, import.meta.url))
  return startCollector(
    () => readFileSync(file, 'utf8'),
    ({ grpcPort, httpPort, dir }) => ({
      GATEWAY_GRPC: `127.0.0.1:${grpcPort}`,
      GATEWAY_HTTP: `127.0.0.1:${httpPort}`,
      GATEWAY_STORAGE: `${dir}/queue`,
      ...env,
    }),
  )
}
