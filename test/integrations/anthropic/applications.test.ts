import { testApplications } from '../../support/applications.ts'
import { fixture, programs } from './matrix.ts'

testApplications({ fixture: fixture('anthropic-1'), programs, span: 'chat claude-opus-5-5' })
