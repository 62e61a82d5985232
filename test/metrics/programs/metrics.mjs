// An application that registers its meters after turnspan.
import { metrics } from '@opentelemetry/api'
import sdk from '@opentelemetry/sdk-metrics'
import * as turnspan from 'turnspan'
import { work } from './work.cjs'

await work({ metrics, sdk, turnspan })
