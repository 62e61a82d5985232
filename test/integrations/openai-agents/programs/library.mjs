// What the probes use, as an ES module imports it.
import * as agents from '@openai/agents'
import OpenAI from 'openai'
import * as zod from 'zod'

export const lib = { ...agents, OpenAI, z: zod.z }
