import { type Patches, suppressScope } from '../base/index.ts'
import { isTracedOperation } from './operations.ts'

const AWS = '@opentelemetry/instrumentation-aws-sdk'

/**
 * Leaves the spans that OpenTelemetry's instrumentation of the whole AWS SDK makes of the calls that are traced here out of
 * turnspan's traces: they carry the same tokens. Those of other services and commands stay.
 */
export function suppressAwsSpans(patches: Patches): void {
  patches.onUndo(suppressScope(AWS, isOfBedrock))
}

/** It calls them `chat <model>`, or by the service and its command. */
function isOfBedrock(spanName: string): boolean {
  const [, command] = /^Bedrock(?:Agent)?Runtime\.(\w+)$/.exec(spanName) ?? []
  return command === undefined ? /^chat(?: |$)/.test(spanName) : isTracedOperation(command)
}
