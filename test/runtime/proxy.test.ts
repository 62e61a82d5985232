import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { isExempt, parseProxy, proxyFor } from '../../src/runtime/proxy.ts'
import { nodeBinary } from '../support/node-versions.ts'

const HOSTS = [
  'http://example.com',
  'http://EXAMPLE.com:8080',
  'https://example.com',
  'https://api.example.com:443',
  'http://notexample.com',
  'http://localhost:4318',
  'http://127.0.0.1:4318',
  'http://10.0.0.7',
  'http://10.0.1.7',
  'http://[::1]:4318',
  'http://[2001:db8::1]',
]
const LISTS = [
  '',
  '*',
  'example.com',
  'Example.COM ',
  'example.com:80',
  'example.com:8080',
  'example.com:443',
  'api.example.com:443',
  '.example.com',
  '*.example.com',
  '*example.com',
  'com',
  'localhost',
  'localhost:4318',
  '127.0.0.1',
  '10.0.0.7',
  '10.0.0.0/8',
  '10.0.0.1-10.0.0.99',
  '10.0.0.1 - 10.0.1.99',
  '10.0.0.1-',
  'a-b',
  '::1',
  '[::1]',
  '[::1]:4318',
  '2001:db8::1',
  'other.com, .example.com',
  ',,',
  ' , 10.0.0.7',
]

/** What Node's own agents do with each pair. */
const NODE = `
const { parseProxyConfigFromEnv } = require('internal/http')
const { urlToHttpOptions } = require('url')
const [hosts, lists] = JSON.parse(process.argv[1])
console.log(JSON.stringify(lists.map((list) => hosts.map((host) => {
  const url = new URL(host)
  const config = parseProxyConfigFromEnv({ http_proxy: 'http://p:1', https_proxy: 'http://p:1', no_proxy: list }, url.protocol, true)
  const { hostname, port } = urlToHttpOptions(url)
  return !config.shouldUseProxy(hostname, port || (url.protocol === 'https:' ? 443 : 80))
}))))`

describe('NO_PROXY', () => {
  test('takes out what Node takes out', { timeout: 300_000 }, async () => {
    const args = ['--expose-internals', '-e', NODE, '--', JSON.stringify([HOSTS, LISTS])]
    const { stdout } = await promisify(execFile)(await nodeBinary(24), args)
    const theirs = JSON.parse(stdout) as boolean[][]
    const ours = LISTS.map((list) => HOSTS.map((host) => isExempt(new URL(host), list)))
    const named = (table: readonly (readonly boolean[])[]): unknown =>
      Object.fromEntries(LISTS.map((list, i) => [list, HOSTS.filter((_, k) => table[i]?.[k])]))
    expect(named(ours)).toEqual(named(theirs))
  })
})

describe('a proxy', () => {
  test.each([
    ['http://proxy:3128', { host: 'proxy', port: 3128, origin: 'http://proxy:3128' }],
    ['https://proxy', { protocol: 'https:', host: 'proxy', port: 443 }],
    ['http://[::1]:8080/', { host: '::1', port: 8080 }],
    [
      'http://me:p%40ss@proxy',
      {
        port: 80,
        origin: 'http://proxy',
        authorization: `Basic ${Buffer.from('me:p@ss').toString('base64')}`,
      },
    ],
  ])('%s is taken apart', (text, parts) => {
    expect(parseProxy(text)).toMatchObject(parts)
  })

  test.each(['socks5://proxy:1080', 'proxy:3128', 'nothing', 'http://%@proxy', ''])('%s is none', (text) => {
    expect(parseProxy(text)).toBeUndefined()
  })

  test('is the one of the scheme, and the same object each time', () => {
    const settings = { http: 'http://a:1', https: 'http://b:2', noProxy: 'free' }
    expect(proxyFor(new URL('http://x'), settings)?.origin).toBe('http://a:1')
    expect(proxyFor(new URL('https://x'), settings)?.origin).toBe('http://b:2')
    expect(proxyFor(new URL('https://x'), settings)).toBe(proxyFor(new URL('https://y'), { ...settings }))
    expect(proxyFor(new URL('https://free'), settings)).toBeUndefined()
    expect(proxyFor(new URL('https://x'), { ...settings, unused: true })).toBeUndefined()
    expect(proxyFor(new URL('https://x'), undefined)).toBeUndefined()
  })
})
