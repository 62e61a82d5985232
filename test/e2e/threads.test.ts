import { expect, test } from 'vitest'
import { exitApp, runToEnd } from '../exit/program.ts'
import { freshName, mlflowUrl, reader, treeOf } from './tracing.ts'

test('a turn in a thread that is terminated arrives whole, with what goes beside its spans', async () => {
  await using app = await exitApp()
  const { code, stdout: traceId } = await runToEnd(app, 'turn-in-thread.mjs', {
    env: {
      MLFLOW_TRACKING_URI: mlflowUrl,
      MLFLOW_EXPERIMENT_NAME: freshName('threads'),
      TURNSPAN_EXIT_TIMEOUT_MS: '20000',
    },
  })
  expect(code).toBe(0)
  expect(treeOf(await reader.spans(traceId))).toEqual(['agent:in a thread AGENT', '  tool:work TOOL'])
  expect(await reader.traceInfo(traceId)).toMatchObject({
    state: 'OK',
    request_preview: 'the question',
    tags: { rich: '{"a":[1]}', 'mlflow.traceName': 'agent:in a thread' },
    trace_metadata: { build: '7', 'mlflow.trace.user': 'u-1' },
  })
})
