import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { openPage } from '../test/support/chromium.ts'
import { startMlflow } from '../test/support/mlflow.ts'
import { run } from '../test/support/run.ts'

// `npx tsx scripts/screenshot.ts`: the first turn of the demo as MLflow shows it, for the README.

const root = join(import.meta.dirname, '..')
const image = join(root, 'docs', 'images', 'trace-in-mlflow.png')

const mlflow = await startMlflow()
try {
  const output = await run('npm', ['run', 'demo'], {
    cwd: root,
    env: { MLFLOW_TRACKING_URI: mlflow.url, NO_COLOR: '1' },
  })
  const [link] = /http:\S+selectedEvaluationId=\S+/.exec(output) ?? []
  if (link === undefined) throw new Error(`The demo printed no link:\n${output}`)
  await using open = await openPage(link)
  const { page } = open
  await page.setViewportSize({ width: 1400, height: 480 })
  await page.getByText('agent:', { exact: false }).first().waitFor({ timeout: 60_000 })
  // What is loaded after the tree.
  await page.waitForTimeout(4000)
  mkdirSync(dirname(image), { recursive: true })
  // Without the list behind it.
  await page.screenshot({ path: image, clip: { x: 214, y: 8, width: 804, height: 464 } })
  process.stdout.write(`${image}\n`)
} finally {
  await mlflow.stop()
}
