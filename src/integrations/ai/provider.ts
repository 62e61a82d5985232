import { text } from '../base/index.ts'

/**
 * `gen_ai.provider.name` by the beginning of the name that a provider package gives its models (`openai.responses`,
 * `amazon-bedrock`), where that is not the name itself.
 */
const NAMES: readonly (readonly [beginning: RegExp, provider: string])[] = [
  [/^azure/, 'azure.ai.openai'],
  [/^(amazon-)?bedrock/, 'aws.bedrock'],
  [/^(google[.-])?vertex/, 'gcp.vertex_ai'],
  [/^google/, 'gcp.gemini'],
  [/^mistral/, 'mistral_ai'],
  [/^xai/, 'x_ai'],
  [/^together/, 'together_ai'],
  [/^fireworks/, 'fireworks_ai'],
]

/** Whose model it is: `openai` for `openai.responses`. */
export function providerOf(name: unknown): string | undefined {
  const given = text(name)
  if (given === undefined) return undefined
  return NAMES.find(([beginning]) => beginning.test(given))?.[1] ?? given.split('.')[0]
}
