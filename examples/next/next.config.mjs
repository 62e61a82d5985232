import { withTurnspan } from 'turnspan/next'

export default withTurnspan({ output: 'standalone' })
