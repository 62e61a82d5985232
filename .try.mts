import { startOtlpHttp } from './test/support/collector.ts'
import { runProbes, spansByProbe, treeOf } from './test/support/differential.ts'
import { fixtureApp } from './test/support/integrations.ts'
import { startProvider } from './test/support/provider/server.ts'
import { fixture, programs } from './test/integrations/openai-agents/matrix.ts'
import { scripts } from './test/integrations/openai-agents/scripts.ts'
import { isDeepStrictEqual } from 'node:util'
const [set='agents-0.20', modules='esm', order='before', ...only] = process.argv.slice(2)
const provider = await startProvider(scripts)
const collector = await startOtlpHttp()
await using app = await fixtureApp(fixture(set), programs)
const run: any = { node: 20, modules, order, app, provider, library: modules==='esm'?'./library.mjs':'./library.cjs', ...(only.length && {only}) }
const bare = await runProbes(run)
const traced = await runProbes(run, collector)
const spans = spansByProbe(collector.spans())
for (const name of Object.keys(bare.results)) {
  const same = isDeepStrictEqual(bare.results[name], traced.results[name])
  console.log('##', name, same ? '' : 'DIFFERENT', isDeepStrictEqual(bare.sent[name], traced.sent[name]) ? '' : 'SENT DIFFERENT')
  if (!same || process.env.ALL) { console.log('bare', JSON.stringify(bare.results[name]).slice(0,1500)); console.log('traced', JSON.stringify(traced.results[name]).slice(0,1500)) }
  console.log((treeOf(spans.get(name) ?? [])).join('\n'))
  if (process.env.ATTR) for (const s of spans.get(name)!) console.log(s.name, JSON.stringify(s.attributes, (k,v)=>typeof v==='bigint'?Number(v):v), s.status)
}
console.log('STDERR same', bare.stderr === traced.stderr); if (bare.stderr!==traced.stderr) console.log(bare.stderr.slice(0,3000),'\n----\n',traced.stderr.slice(0,3000)); else if (process.env.ERR) console.log(bare.stderr)
await provider.stop(); await collector.stop()
process.exit(0)
