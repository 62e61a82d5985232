import { testApplications } from '../../support/applications.ts'
import { fixture, programs } from './matrix.ts'

testApplications({ fixture: fixture('genai-3'), programs, span: 'generate_content gemini-2.5-flash' })
