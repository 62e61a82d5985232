import type { Described } from './variable.ts'

/** Name of one of these variables. */
export type ProxyVariable =
  | 'NODE_USE_ENV_PROXY'
  | 'HTTP_PROXY'
  | 'http_proxy'
  | 'HTTPS_PROXY'
  | 'https_proxy'
  | 'NO_PROXY'
  | 'no_proxy'

const shared = { group: 'transport', source: 'node' } as const

/** Proxies on the way. */
export const PROXY_VARIABLES: Readonly<Record<ProxyVariable, Described>> = {
  NODE_USE_ENV_PROXY: {
    meaning:
      "uses the proxies of the next variables, as Node does; Node's option `--use-env-proxy` does the same",
    defaultText: 'unset',
    ...shared,
  },
  HTTP_PROXY: { meaning: 'proxy to receivers at `http://`', defaultText: 'none', ...shared },
  http_proxy: { meaning: 'the same; takes precedence', defaultText: '`HTTP_PROXY`', ...shared },
  HTTPS_PROXY: { meaning: 'proxy to receivers at `https://`', defaultText: 'none', ...shared },
  https_proxy: { meaning: 'the same; takes precedence', defaultText: '`HTTPS_PROXY`', ...shared },
  NO_PROXY: {
    meaning:
      'hosts that are reached without a proxy: `*`, `host`, `host:port`, `.domain`, `*.domain`, `10.0.0.1-10.0.0.99`',
    defaultText: 'none',
    ...shared,
  },
  no_proxy: { meaning: 'the same; takes precedence', defaultText: '`NO_PROXY`', ...shared },
}
