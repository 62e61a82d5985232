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
    meaning: 'use the proxies of the next variables, as Node does; so does its option `--use-env-proxy`',
    defaultText: 'unset',
    ...shared,
  },
  HTTP_PROXY: { meaning: 'proxy to receivers at `http://`', defaultText: 'none', ...shared },
  http_proxy: { meaning: 'the same, before it', defaultText: '`HTTP_PROXY`', ...shared },
  HTTPS_PROXY: { meaning: 'proxy to receivers at `https://`', defaultText: 'none', ...shared },
  https_proxy: { meaning: 'the same, before it', defaultText: '`HTTPS_PROXY`', ...shared },
  NO_PROXY: {
    meaning:
      'what is asked for without a proxy: `*`, `host`, `host:port`, `.domain`, `*.domain`, `10.0.0.1-10.0.0.99`',
    defaultText: 'none',
    ...shared,
  },
  no_proxy: { meaning: 'the same, before it', defaultText: '`NO_PROXY`', ...shared },
}
