// Before the program, as `--import turnspan/register` does it, with a target that is not that of the neighbour.
import { init, onDiagnostic } from 'turnspan'

globalThis.diagnostics = []
onDiagnostic(({ code }) => globalThis.diagnostics.push(code))
init({ endpoint: process.env.OURS, protocol: 'http/protobuf', ...JSON.parse(process.env.INIT ?? '{}') })
