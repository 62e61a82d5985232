const API =
  'https://open-telemetry.github.io/opentelemetry-js/modules/_opentelemetry_api._opentelemetry_api.html'

/** Comments that our `Span` inherits from `@opentelemetry/api` link to a name that only it knows. */
export function load(app) {
  app.converter.addUnknownSymbolResolver(({ symbolReference }) =>
    symbolReference?.path?.[0]?.path === 'Tracer' ? API : undefined,
  )
}
