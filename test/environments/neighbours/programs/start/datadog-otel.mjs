// dd-trace as the provider of OpenTelemetry's API.
import 'dd-trace/register.js'
import tracer from 'dd-trace'

tracer.init({ service: 'app', experimental: { exporter: 'log' }, startupLogs: false })
tracer.use('http', { client: { blocklist: [(url) => url.startsWith(process.env.OURS)] } })
new tracer.TracerProvider().register()
