// Content is recorded only with `captureContent`, and every value goes through `redact` before it is kept.
import { init, redactSecrets, withAgent, withTool } from 'turnspan'

const secrets = redactSecrets()

init({
  captureContent: true,
  serviceName: 'redaction',
  // Rules of your own, then the ready-made ones.
  redact: (value, context) => (context.key === 'diagnosis' ? '[removed]' : secrets(value, context)),
})

const patient = { name: 'P-17', diagnosis: 'broken arm', password: 'hunter2' }

await withAgent({ agent: 'clinic', input: 'Mail ada@example.com about P-17' }, async () => {
  const record = await withTool({ tool: 'read_record', arguments: { id: 'P-17' } }, async () => patient)
  // Your own values are never changed.
  console.log(`The agent still sees: ${record.diagnosis}`)
  return 'Done, with the key sk-proj-abcdefghijklmnopqrstuvwxyz0123456789ABCD.'
})
