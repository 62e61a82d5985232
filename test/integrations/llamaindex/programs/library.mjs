// What the probes use, as an ES module imports it.
import * as openai from '@llamaindex/openai'
import * as workflow from '@llamaindex/workflow'
import * as llamaindex from 'llamaindex'
import * as zod from 'zod'

export const lib = { ...llamaindex, ...workflow, ...openai, z: zod.z }
