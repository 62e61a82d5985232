import { type Fields, fieldsOf, list, read, SpanType, type ToldFailure, text } from '../base/index.ts'

/** Something that an agent had done, by the part of its trace that says so. */
export interface AgentTool {
  readonly name: string
  readonly spanType: SpanType
  readonly inputs: unknown
  readonly attributes?: Fields
}

/** What an agent begins (`invocationInput`); `undefined` for what is no step of its own. */
export function toolOf(input: unknown): AgentTool | undefined {
  const action = read(input, 'actionGroupInvocationInput')
  if (action !== undefined) {
    const path = [text(read(action, 'verb')), text(read(action, 'apiPath'))].filter(Boolean).join(' ')
    return {
      name: text(read(action, 'function')) ?? (path || (text(read(action, 'actionGroupName')) ?? 'action')),
      spanType: SpanType.TOOL,
      inputs: argumentsOf(action),
      attributes: { 'aws.bedrock.agent.action_group': text(read(action, 'actionGroupName')) },
    }
  }
  const lookup = read(input, 'knowledgeBaseLookupInput')
  if (lookup !== undefined)
    return {
      name: 'knowledge_base',
      spanType: SpanType.RETRIEVER,
      inputs: { query: read(lookup, 'text') },
      attributes: { 'gen_ai.data_source.id': text(read(lookup, 'knowledgeBaseId')) },
    }
  const code = read(input, 'codeInterpreterInvocationInput')
  if (code !== undefined)
    return { name: 'code_interpreter', spanType: SpanType.TOOL, inputs: { code: read(code, 'code') } }
  const other = read(input, 'agentCollaboratorInvocationInput')
  if (other === undefined) return undefined
  return {
    name: text(read(other, 'agentCollaboratorName')) ?? 'collaborator',
    spanType: SpanType.TOOL,
    inputs: { text: read(other, 'input', 'text') },
  }
}

/** Parameters as one object, by their names. */
export function argumentsOf(action: unknown): Fields {
  const named = [
    ...list(read(action, 'parameters')),
    ...Object.values(fieldsOf(read(action, 'requestBody', 'content'))).flatMap((one) =>
      list(read(one, 'properties') ?? one),
    ),
  ]
  return Object.fromEntries(named.flatMap((one) => nameAndValue(one)))
}

function nameAndValue(one: unknown): [string, unknown][] {
  const name = text(read(one, 'name'))
  return name === undefined ? [] : [[name, read(one, 'value')]]
}

/** What came of a step (`observation`). */
export interface Observed {
  readonly outputs: unknown
  readonly metadata: unknown
  readonly failure?: ToldFailure | undefined
}

/** What an agent observes; `undefined` where that is the end of no step. */
export function observedBy(observation: unknown): Observed | undefined {
  const action = read(observation, 'actionGroupInvocationOutput')
  if (action !== undefined) return { outputs: read(action, 'text'), metadata: read(action, 'metadata') }
  const lookup = read(observation, 'knowledgeBaseLookupOutput')
  if (lookup !== undefined)
    return { outputs: documentsOf(read(lookup, 'retrievedReferences')), metadata: read(lookup, 'metadata') }
  const code = read(observation, 'codeInterpreterInvocationOutput')
  if (code !== undefined) {
    const message = text(read(code, 'executionError'))
    return {
      outputs: read(code, 'executionOutput'),
      metadata: read(code, 'metadata'),
      failure: message === undefined ? undefined : { type: 'execution_error', message },
    }
  }
  const other = read(observation, 'agentCollaboratorInvocationOutput')
  if (other === undefined) return undefined
  return { outputs: read(other, 'output', 'text'), metadata: read(other, 'metadata') }
}

/** What was found, in the form in which MLflow shows documents. */
export const documentsOf = (found: unknown): readonly object[] =>
  list(found).map((one) => {
    const location = read(one, 'location')
    const places = [
      's3Location',
      'webLocation',
      'confluenceLocation',
      'salesforceLocation',
      'sharePointLocation',
    ]
    const uri = places
      .map((place) => read(location, place, 'uri') ?? read(location, place, 'url'))
      .find(Boolean)
    const score = read(one, 'score')
    return {
      page_content: text(read(one, 'content', 'text')) ?? '',
      metadata: {
        ...fieldsOf(read(one, 'metadata')),
        ...(uri !== undefined && { doc_uri: uri }),
        ...(score !== undefined && { score }),
      },
      ...(text(read(one, 'documentId')) !== undefined && { id: read(one, 'documentId') }),
    }
  })
