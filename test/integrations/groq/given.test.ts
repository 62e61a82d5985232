import { testGiven } from '../../support/given.ts'
import { fixture, programs, ways } from './matrix.ts'

testGiven({ library: 'groq-sdk', programs, fixture, ways })
