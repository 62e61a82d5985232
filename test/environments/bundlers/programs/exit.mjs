// Ends in the tick in which it began: only another thread can deliver then.
import { init, withSpan } from 'turnspan'

init()
withSpan(() => 1, { name: 'work' })
process.exit(3)
