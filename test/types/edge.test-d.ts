import { describe, expectTypeOf, test } from 'vitest'
import type * as edgeAi from '../../src/edge/ai.ts'
import type * as edgeAnthropic from '../../src/edge/anthropic.ts'
import type * as edgeGoogle from '../../src/edge/google-genai.ts'
import type * as edge from '../../src/edge/index.ts'
import type * as edgeInstrument from '../../src/edge/instrument.ts'
import type * as edgeLangChain from '../../src/edge/langchain.ts'
import type * as edgeMcp from '../../src/edge/mcp.ts'
import type * as edgeMlflow from '../../src/edge/mlflow.ts'
import type * as edgeOpenAI from '../../src/edge/openai.ts'
import type * as edgeTesting from '../../src/edge/testing.ts'
import type * as node from '../../src/index.ts'
import type * as nodeInstrument from '../../src/instrument/index.ts'
import type * as nodeAi from '../../src/integrations/ai/index.ts'
import type * as nodeAnthropic from '../../src/integrations/anthropic/index.ts'
import type * as nodeGoogle from '../../src/integrations/google-genai/index.ts'
import type * as nodeLangChain from '../../src/integrations/langchain/index.ts'
import type * as nodeMcp from '../../src/integrations/mcp/index.ts'
import type * as nodeOpenAI from '../../src/integrations/openai/index.ts'
import type * as nodeMlflow from '../../src/mlflow/index.ts'
import type * as nodeTesting from '../../src/testing/index.ts'

// The declarations that a user sees are those of the build for Node, so what runs elsewhere must fit them.
describe('the build for edge runtimes', () => {
  test('can stand wherever the one for Node is expected', () => {
    expectTypeOf<typeof edge>().toExtend<typeof node>()
    expectTypeOf<typeof edgeAi>().toExtend<typeof nodeAi>()
    expectTypeOf<typeof edgeAnthropic>().toExtend<typeof nodeAnthropic>()
    expectTypeOf<typeof edgeGoogle>().toExtend<typeof nodeGoogle>()
    expectTypeOf<typeof edgeInstrument>().toExtend<typeof nodeInstrument>()
    expectTypeOf<typeof edgeLangChain>().toExtend<typeof nodeLangChain>()
    expectTypeOf<typeof edgeMcp>().toExtend<typeof nodeMcp>()
    expectTypeOf<typeof edgeMlflow>().toExtend<typeof nodeMlflow>()
    expectTypeOf<typeof edgeOpenAI>().toExtend<typeof nodeOpenAI>()
    expectTypeOf<typeof edgeTesting>().toExtend<typeof nodeTesting>()
  })
})
