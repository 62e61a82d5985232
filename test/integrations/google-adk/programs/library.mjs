// What the probes use, as an ES module imports it.
import * as adk from '@google/adk'

// It writes what it does to where the probes write their results.
adk.setLogger(null)
export const lib = adk
