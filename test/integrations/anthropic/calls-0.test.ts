import { testCalls } from './calls.ts'
import { ways } from './matrix.ts'

testCalls(ways.filter(({ set }) => set !== 'anthropic-1'))
