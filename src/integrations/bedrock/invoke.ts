import { type Answer, dataAt, type Fields, fieldsOf, type Given, type ModelCallInit } from '../base/index.ts'
import { bodyAnswer } from './answers.ts'
import { headerCounts } from './attempts.ts'
import { bodyInit } from './bodies.ts'
import { modelOf } from './converse.ts'
import { accumulateBodies } from './invoke-stream.ts'
import type { Operation } from './operation.ts'
import { parsedBody } from './parsed-body.ts'

/**
 * InvokeModel: bytes in the form of the model's own vendor.
 *
 * @see https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters.html
 */
export const INVOKE_MODEL: Operation = {
  begin: (given) => begin(given, false),
  parametersOf: withBody,
  isPartial,
  answer: (output, call): Answer => bodyAnswer(parsedBody(dataAt(output, 'body')), headerCounts(call)),
}

export const INVOKE_MODEL_STREAM: Operation = {
  begin: (given) => begin(given, true),
  parametersOf: withBody,
  isPartial,
  answer: () => ({}),
  stream: {
    member: 'body',
    accumulate: (call) => accumulateBodies(call.accumulating, () => headerCounts(call)),
  },
}

/** What was sent is the body itself, already parsed. */
function withBody(sent: unknown): Fields {
  const { model, ...body } = fieldsOf(sent)
  return { modelId: model, body }
}

/** Bytes are read where they are; the rest of the input is no more than a few settings. */
function isPartial(input: unknown): boolean {
  return dataAt(input, 'modelId') === undefined || dataAt(input, 'body') === undefined
}

function begin(given: Given, streams: boolean): ModelCallInit {
  const common = modelOf(given.value)
  const init = bodyInit(parsedBody(dataAt(given.value, 'body')), common.model)
  return {
    ...common,
    ...init,
    attributes: {
      ...init.attributes,
      'aws.bedrock.guardrail.id': dataAt(given.value, 'guardrailIdentifier'),
      'gen_ai.request.stream': streams ? true : undefined,
    },
  }
}
