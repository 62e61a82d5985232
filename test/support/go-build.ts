import { createHash } from 'node:crypto'
import { chmodSync, cpSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { cached, progress } from './cache.ts'
import { supportFile } from './python.ts'
import { run } from './run.ts'

const COLLECTOR = '0.161.0'
const JAEGER = '1.76.0'

/** Path of an OpenTelemetry Collector with the components of `otelcol-manifest.yaml`; 3 minutes when cold. */
export async function otelCollector(): Promise<string> {
  const manifest = supportFile('otelcol-manifest.yaml')
  const pins = createHash('sha256').update(readFileSync(manifest)).digest('hex').slice(0, 8)
  const name = `otelcol-${COLLECTOR}-${pins}`
  const dir = await cached(name, async (target) => {
    const builder = join(target, 'builder')
    await go(name, ['install', `go.opentelemetry.io/collector/cmd/builder@v${COLLECTOR}`], {
      GOFLAGS: '-buildvcs=false',
      GOBIN: target,
    })
    await run(builder, ['--config', manifest], {
      cwd: target,
      env: { GOFLAGS: '-mod=mod -buildvcs=false' },
      onProgress: (line) => progress(`${name}: ${line}`),
    })
    cpSync(join(target, 'source', 'otelcol'), join(target, 'otelcol'))
    rmSync(join(target, 'source'), { recursive: true })
    rmSync(builder)
  })
  return join(dir, 'otelcol')
}

/** Path of Jaeger 1.76.0's `cmd/jaeger`, which is Jaeger v2; 6 minutes when cold. */
export async function jaeger(): Promise<string> {
  const name = `jaeger-${JAEGER}`
  const dir = await cached(name, async (target) => {
    const source = join(target, 'source')
    // `go install` refuses a module with replace directives: build from an own copy of its source.
    const said = await go(
      name,
      ['mod', 'download', '-json', `github.com/jaegertracing/jaeger@v${JAEGER}`],
      {},
    )
    cpSync((JSON.parse(said) as { Dir: string }).Dir, source, { recursive: true })
    makeWritable(source)
    const flags = ['-trimpath', '-ldflags', '-s -w', '-o', join(target, 'jaeger'), './cmd/jaeger']
    await go(name, ['build', ...flags], { GOFLAGS: '-mod=mod -buildvcs=false' }, source)
    rmSync(source, { recursive: true })
  })
  return join(dir, 'jaeger')
}

async function go(
  name: string,
  args: readonly string[],
  env: Record<string, string>,
  cwd?: string,
): Promise<string> {
  try {
    return await run('go', args, {
      ...(cwd === undefined ? {} : { cwd }),
      env,
      onProgress: (line) => progress(`${name}: ${line || 'compiling'}`),
    })
  } catch (cause) {
    if ((cause as { cause?: NodeJS.ErrnoException }).cause?.code !== 'ENOENT') throw cause
    throw new Error('The tests against other backends need Go 1.26 or newer on the PATH to build them.', {
      cause,
    })
  }
}

// The module cache is read-only, and a copy of it too.
function makeWritable(dir: string): void {
  if (!existsSync(dir)) return
  chmodSync(dir, 0o755)
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    const path = join(dir, entry.name)
    if (entry.isDirectory()) makeWritable(path)
    else if (entry.isFile()) chmodSync(path, 0o644)
  }
}
