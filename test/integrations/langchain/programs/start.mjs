import { init } from 'turnspan'

init()
