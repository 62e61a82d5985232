import { report } from './shared.mjs'

globalThis.report = report()
