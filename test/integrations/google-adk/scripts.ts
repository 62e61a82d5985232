import type { Script } from '../../support/provider/script.ts'

const call = (name: string, given: object): { id: string; name: string; arguments: object } => ({
  id: `call_${name}`,
  name,
  arguments: given,
})

/** What the models of the probes answer, beside the scripts that all clients share. */
export const scripts: Readonly<Record<string, Script>> = {
  transfer: [
    { tools: [call('transfer_to_agent', { agentName: 'refunds' })] },
    { tools: [call('get_weather', { city: 'Paris' })] },
    { text: 'Your refund is on its way.' },
  ],
  'agent-tool': [
    { tools: [call('research', { request: 'weather in Paris' })] },
    { tools: [call('get_weather', { city: 'Paris' })] },
    { text: 'It is sunny.' },
    { text: 'The researcher says that it is sunny.' },
  ],
  loop: [{ tools: [call('get_weather', { city: 'Paris' })] }],
}
