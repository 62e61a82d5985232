/**
 * `turnspan/register` where there is no Node: says that nothing is traced.
 *
 * @packageDocumentation
 */
import { init } from './index.ts'

init()
