import type { Script } from '../../support/provider/script.ts'

/** What the models of the probes answer, beside the scripts that all clients share. */
export const scripts: Readonly<Record<string, Script>> = {
  'sub-agent': [
    { tools: [{ id: 'call_1', name: 'get_weather', arguments: { city: 'Paris' } }] },
    { text: 'It is sunny.' },
    { text: 'The helper says that it is sunny.' },
  ],
}
