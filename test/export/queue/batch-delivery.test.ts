import { expect, test, vi } from 'vitest'
import { createBatchDelivery } from '../../../src/export/queue/batch-delivery.ts'
import { waitingFor } from '../../../src/export/queue/waiting.ts'
import type { ExportResult } from '../../../src/export/statistics/export-result.ts'
import { lazyTarget } from '../../../src/setup/lazy-target.ts'

test.each([
  ['spans', undefined],
  ['records from the disk', new Uint8Array(3)],
])('whoever sends %s can ask whether it is urgent', async (_, record) => {
  const send = vi.fn(async (): Promise<ExportResult> => ({ kind: 'accepted' }))
  const loaded = { name: 'a target', send, sendRecords: send, shutdown: async () => {} }
  const isUrgent = (): boolean => true
  const deliver = createBatchDelivery({
    target: lazyTarget('a target', async () => loaded),
    spool: undefined,
    diagnostics: {} as never,
    isUrgent,
    settle: () => {},
    accepted: () => {},
  })
  await deliver([waitingFor(undefined, undefined, undefined, record, 3, 3)])
  expect(send).toHaveBeenCalledWith(record === undefined ? [] : [record], isUrgent)
})
