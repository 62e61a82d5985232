import type { Script } from '../../support/provider/script.ts'

const call = (name: string, given: object): { id: string; name: string; arguments: object } => ({
  id: `call_${name}`,
  name,
  arguments: given,
})

/** What the models of the probes answer, beside the scripts that all clients share. */
export const scripts: Readonly<Record<string, Script>> = {
  handoff: [
    { tools: [call('handOff', { toAgent: 'Refunds', reason: 'It is a refund' })] },
    { tools: [call('get_weather', { city: 'Paris' })] },
    { text: 'Your refund is on its way.' },
  ],
  exec: [{ tools: [call('get_weather', { city: 'Paris' })] }],
}
