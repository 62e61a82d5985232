import type { Config } from '../config/config.ts'
import { VERSION } from '../runtime/version.ts'
import type { Attributes } from '../span/ended-span.ts'

// Of an application's own resource only what names the service travels: MLflow makes every resource attribute a tag
// of the trace, and host and process detectors would bury the user's own.
const KEPT: readonly string[] = [
  'service.name',
  'service.version',
  'service.namespace',
  'deployment.environment.name',
]

/** The resource of our spans: what was configured, else what the application's provider says of the service. */
export function resourceAttributes(config: Config, joined: Attributes | undefined): Attributes {
  const attributes: Attributes = {}
  for (const key of KEPT) {
    const value = joined?.[key]
    if (value !== undefined) attributes[key] = value
  }
  Object.assign(attributes, config.resource)
  if (config.serviceName !== undefined) attributes['service.name'] = config.serviceName
  if (config.serviceVersion !== undefined) attributes['service.version'] = config.serviceVersion
  if (config.environment !== undefined) attributes['deployment.environment.name'] = config.environment
  attributes['service.name'] ??= 'unknown_service:node'
  attributes['telemetry.sdk.name'] = 'turnspan'
  attributes['telemetry.sdk.language'] = 'nodejs'
  attributes['telemetry.sdk.version'] = VERSION
  return attributes
}

/** Resource attributes in the shape that OpenTelemetry's exporters read. */
export function resourceLike(attributes: Attributes): object {
  const resource = {
    attributes,
    asyncAttributesPending: false,
    waitForAsyncAttributes: () => Promise.resolve(),
    merge: () => resource,
    getRawAttributes: () => Object.entries(attributes),
  }
  return resource
}
