import { agentReply } from './bedrock-agents.ts'
import { bodyFrames, bodyOf } from './bedrock-bodies.ts'
import { converseEvents, converseOf, FAILURE, framed } from './bedrock-converse.ts'
import type { Wire } from './reply.ts'
import type { ScriptedUsage } from './script.ts'

/** Amazon Bedrock for the AWS SDK: Converse, InvokeModel, agents. Payloads follow https://docs.aws.amazon.com/bedrock/latest/APIReference/ */
export const bedrock: Wire = {
  reply(request, answer) {
    const [, encoded = '', verb] = /\/model\/([^/]+)\/([\w-]+)$/.exec(request.path) ?? []
    const model = decodeURIComponent(encoded)
    switch (verb) {
      case 'converse':
        return { json: converseOf(answer) }
      case 'converse-stream':
        return framed(converseEvents(answer))
      case 'invoke':
        return { json: bodyOf(model, request, answer), headers: countsOf(answer.usage) }
      case 'invoke-with-response-stream':
        return { frames: bodyFrames(model, request, answer), failure: FAILURE }
      default:
        return agentReply(request.path, answer)
    }
  },
  error: (status) => ({
    __type: ERRORS[status] ?? 'InternalServerException',
    message: `Scripted error ${status}`,
  }),
  // Streams of events alone have a failure of this wire, and these are framed.
  streamError: { data: {} },
}

const ERRORS: Readonly<Record<number, string>> = {
  400: 'ValidationException',
  401: 'UnrecognizedClientException',
  403: 'AccessDeniedException',
  404: 'ResourceNotFoundException',
  429: 'ThrottlingException',
}

/** Headers in which the service counts what models do not tell. */
const countsOf = ({ input = 20, output = 10 }: ScriptedUsage = {}): Record<string, string> => ({
  'x-amzn-bedrock-input-token-count': String(input),
  'x-amzn-bedrock-output-token-count': String(output),
})
