// What the process needs to run offline: a home of its own, and a server on loopback in the place of Anthropic's.
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const home = realpathSync(mkdtempSync(join(tmpdir(), 'claude-home-')))
process.on('exit', () => rmSync(home, { recursive: true, force: true }))

export const environment = (address) => ({
  PATH: process.env.PATH,
  HOME: home,
  ANTHROPIC_BASE_URL: address,
  ANTHROPIC_API_KEY: 'sk-ant-test',
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  CLAUDE_CODE_MAX_RETRIES: '0',
  // The tests may run as root.
  IS_SANDBOX: '1',
})

export const optionsFor = (address, more = {}) => ({
  env: environment(address),
  cwd: home,
  model: 'claude-sonnet-4-5',
  settingSources: [],
  permissionMode: 'bypassPermissions',
  allowDangerouslySkipPermissions: true,
  ...more,
})
