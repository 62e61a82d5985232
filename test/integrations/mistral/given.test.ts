import { testGiven } from '../../support/given.ts'
import { fixture, programs, ways } from './matrix.ts'

testGiven({ library: '@mistralai/mistralai', programs, fixture, ways })
