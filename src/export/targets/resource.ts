import type { Config } from '../../config/config.ts'
import { VERSION } from '../../runtime/version.ts'
import type { Attributes } from '../../span/attributes.ts'
import { copyAttributes } from '../../span/capture/attribute-values.ts'
import { captureOptionsFor } from '../../span/capture/capture-source.ts'

// Of an application's own resource only what names the service travels: MLflow makes every resource attribute a tag
// of the trace, and host and process detectors would bury the user's own.
const KEPT: readonly string[] = [
  'service.name',
  'service.version',
  'service.namespace',
  'deployment.environment.name',
]

interface Made {
  readonly joined: Attributes | undefined
  readonly attributes: Attributes
}

const made = new WeakMap<Config, Made>()

/**
 * The resource of our spans: what was configured, else what the application's provider says of the service. Made once,
 * for every request asks for it.
 */
export function resourceAttributes(config: Config, joined: Attributes | undefined): Attributes {
  const before = made.get(config)
  if (before !== undefined && before.joined === joined) return before.attributes
  const attributes = redacted({ ...fromProvider(joined), ...configured(config) }, config)
  attributes['service.name'] ??= 'unknown_service:node'
  attributes['telemetry.sdk.name'] = 'turnspan'
  attributes['telemetry.sdk.language'] = 'nodejs'
  attributes['telemetry.sdk.version'] = VERSION
  made.set(config, { joined, attributes })
  return attributes
}

function fromProvider(joined: Attributes | undefined): Attributes {
  const attributes: Attributes = {}
  for (const key of KEPT) {
    const value = joined?.[key]
    if (value !== undefined) attributes[key] = value
  }
  return attributes
}

const configured = ({ resource, serviceName, serviceVersion, environment }: Config): Attributes => ({
  ...resource,
  ...(serviceName !== undefined && { 'service.name': serviceName }),
  ...(serviceVersion !== undefined && { 'service.version': serviceVersion }),
  ...(environment !== undefined && { 'deployment.environment.name': environment }),
})

/** What is left of a resource when `redact` has seen it; a server that stores it makes tags of it. */
function redacted(given: Attributes, config: Config): Attributes {
  const { redact } = config
  if (redact === undefined) return given
  return copyAttributes({}, given, redact, (key) => captureOptionsFor(config, '', 'UNKNOWN', key))
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
