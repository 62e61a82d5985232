import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Page } from 'playwright-core'
import { progress } from './cache.ts'
import { run } from './run.ts'
import { testSetting } from './settings.ts'

const BINARY = '/usr/bin/chromium'

/** A page in a headless Chromium of its own. */
export interface OpenPage {
  readonly page: Page
  /** What the page wrote to its console as errors, and errors it threw. */
  readonly errors: readonly string[]
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

let found: Promise<string> | undefined

/** Path of Debian's Chromium; installed with apt at the first call on a machine (40 seconds). */
export function chromiumBinary(): Promise<string> {
  found ??= find()
  return found
}

/** Opens `url` with an empty profile. */
export async function openPage(url: string): Promise<OpenPage> {
  const executablePath = await chromiumBinary()
  const profile = await mkdtemp(join(tmpdir(), 'turnspan-chromium-'))
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    // Root has no sandbox; without the others Chromium looks for update servers all the time.
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
  const close = async (): Promise<void> => {
    await context.close()
    await rm(profile, { recursive: true, force: true })
  }
  const errors: string[] = []
  try {
    const page = context.pages()[0] ?? (await context.newPage())
    page.on('pageerror', (error) => errors.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text())
    })
    await page.goto(url)
    return { page, errors, close, [Symbol.asyncDispose]: close }
  } catch (error) {
    await close()
    throw error
  }
}

async function find(): Promise<string> {
  const named = testSetting('CHROMIUM') ?? BINARY
  if (existsSync(named)) return named
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    throw new Error(
      `The browser tests need Chromium at ${BINARY} (Debian: apt-get install chromium), ` +
        'or its path in TURNSPAN_TEST_CHROMIUM; it can be installed here only by root with apt-get.',
    )
  }
  progress('chromium: installing it with apt-get')
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  await run('apt-get', ['update', '-qq'], { env })
  await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], {
    env,
    onProgress: (line) => progress(`chromium: ${line}`),
  })
  if (!existsSync(BINARY)) throw new Error(`apt-get installed chromium, but there is no ${BINARY}.`)
  return BINARY
}
