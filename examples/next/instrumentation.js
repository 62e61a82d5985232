export { register } from 'turnspan/next'
