// The loader of dd-trace, and its tracer; what it would send to an agent goes to stdout.
import 'dd-trace/register.js'
import tracer from 'dd-trace'

tracer.init({ service: 'app', experimental: { exporter: 'log' }, startupLogs: false })
tracer.use('http', { client: { blocklist: [(url) => url.startsWith(process.env.OURS)] } })
