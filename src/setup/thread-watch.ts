import { processWide } from '../runtime/registry.ts'
import { channelName, HOST, hasHosts, newRoll, setHeard } from './thread-messages.ts'

/**
 * From now on this thread, where it is the main one, delivers the spans of workers that are started. They give them
 * away as they end; see `handOverTo`. What it takes is loaded with the first of them.
 */
export function watchThreads(): void {
  if (!hasHosts()) return
  const threads = process.getBuiltinModule('node:worker_threads')
  if (threads.isMainThread !== true || typeof threads.setEnvironmentData !== 'function') return
  const state = processWide('thread-watch', () => ({ isOn: false }))
  if (state.isOn) return
  state.isOn = true
  const roll = newRoll()
  threads.setEnvironmentData(HOST, roll)
  process.on('worker', (worker) => {
    const { threadId } = worker
    // At once: what it gives before anybody looks at it waits there.
    const channel = new threads.BroadcastChannel(channelName(threadId))
    channel.unref()
    setHeard(roll, threadId, true)
    const over = (): void => {
      setHeard(roll, threadId, false)
      channel.close()
    }
    import('./thread-host.ts').then(({ hostThread }) => hostThread(worker, channel, over), over)
  })
}
