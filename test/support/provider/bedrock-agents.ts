import { type BedrockEvent, framed } from './bedrock-converse.ts'
import { base64 } from './event-stream.ts'
import { pieces, type Reply } from './reply.ts'
import type { ScriptedAnswer } from './script.ts'

/** The service of agents and knowledge bases. */
export function agentReply(path: string, answer: ScriptedAnswer): Reply | undefined {
  if (/\/agents\/.*\/text(\?|$)/.test(path)) {
    const [, sessionId = 's-1'] = /\/sessions\/([^/?]+)/.exec(path) ?? []
    const head = {
      'x-amzn-bedrock-agent-content-type': 'application/json',
      'x-amz-bedrock-agent-session-id': sessionId,
    }
    return { ...framed(agentEvents(answer)), headers: head } as Reply
  }
  if (/\/retrieveAndGenerateStream$/.test(path)) {
    const said = pieces(answer.text ?? '').map((text): BedrockEvent => ['output', { text }])
    const events: BedrockEvent[] = [
      ...said,
      ['citation', { citation: CITATION }],
      ['guardrail', { action: 'NONE' }],
    ]
    return { ...framed(events), headers: { 'x-amzn-bedrock-knowledge-base-session-id': 's-kb' } } as Reply
  }
  if (/\/retrieveAndGenerate$/.test(path))
    return {
      json: {
        sessionId: 's-kb',
        output: { text: answer.text },
        citations: [CITATION],
        guardrailAction: 'NONE',
      },
    }
  if (/\/knowledgebases\/[^/]+\/retrieve$/.test(path))
    return { json: { retrievalResults: [{ ...REFERENCE, score: 0.75 }] } }
  return undefined
}

const REFERENCE = {
  content: { text: 'Paris has sun.' },
  location: { type: 'S3', s3Location: { uri: 's3://docs/paris.txt' } },
  metadata: { year: 2026 },
}
const CITATION = {
  generatedResponsePart: { textResponsePart: { text: 'sunny', span: { start: 0, end: 4 } } },
  retrievedReferences: [REFERENCE],
}

/** With tools, the agent hands the first back to the program; without, it has used two and answers. */
function agentEvents(answer: ScriptedAnswer): BedrockEvent[] {
  const text = pieces(answer.text ?? '').map((piece): BedrockEvent => ['chunk', { bytes: base64(piece) }])
  const [tool] = answer.tools ?? []
  if (tool !== undefined) {
    const parameters = Object.entries(tool.arguments).map(([name, value]) => ({
      name,
      type: 'string',
      value,
    }))
    const given = { actionGroup: 'weather', function: tool.name, parameters }
    return [
      ...steps([modelPart]),
      ['returnControl', { invocationId: 'inv-1', invocationInputs: [{ functionInvocationInput: given }] }],
    ]
  }
  return [...steps([modelPart, actionPart, lookupPart]), ...text]
}

const traced = (part: object): BedrockEvent => [
  'trace',
  { agentId: 'AGENT1', sessionId: 's-1', trace: { orchestrationTrace: part } },
]

const steps = (parts: readonly ((traceId: string) => object[])[]): BedrockEvent[] =>
  parts.flatMap((part, index) => part(`t-${index}`).map(traced))

const modelPart = (traceId: string): object[] => [
  {
    modelInvocationInput: {
      traceId,
      type: 'ORCHESTRATION',
      text: '{"messages":[]}',
      foundationModel: 'anthropic.claude-3-haiku-20240307-v1:0',
      inferenceConfiguration: { temperature: 0, topP: 1, maximumLength: 2048, stopSequences: ['</answer>'] },
    },
  },
  {
    modelInvocationOutput: {
      traceId,
      rawResponse: { content: 'I look at the weather.' },
      metadata: { usage: { inputTokens: 200, outputTokens: 50 } },
    },
  },
]

const actionPart = (traceId: string): object[] => [
  {
    invocationInput: {
      traceId,
      invocationType: 'ACTION_GROUP',
      actionGroupInvocationInput: {
        actionGroupName: 'weather',
        function: 'get_weather',
        parameters: [{ name: 'city', type: 'string', value: 'Paris' }],
      },
    },
  },
  { observation: { traceId, type: 'ACTION_GROUP', actionGroupInvocationOutput: { text: 'sunny in Paris' } } },
]

const lookupPart = (traceId: string): object[] => [
  {
    invocationInput: {
      traceId,
      invocationType: 'KNOWLEDGE_BASE',
      knowledgeBaseLookupInput: { knowledgeBaseId: 'KB1', text: 'Paris' },
    },
  },
  {
    observation: {
      traceId,
      type: 'KNOWLEDGE_BASE',
      knowledgeBaseLookupOutput: { retrievedReferences: [REFERENCE] },
    },
  },
]
