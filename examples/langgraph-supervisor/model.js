// OpenAI's model if there is a key for it; otherwise a model that follows the script below, so that the example runs anywhere.
import { BaseChatModel } from '@langchain/core/language_models/chat_models'
import { AIMessage } from '@langchain/core/messages'
import { ChatOpenAI } from '@langchain/openai'

const call = (name, args) => new AIMessage({ content: '', tool_calls: [{ id: `call_${name}`, name, args }] })

const SCRIPTS = {
  supervisor: [
    call('research', { task: 'How long are the bridges of Lisbon?' }),
    call('write', { task: 'Bridges of Lisbon: 5 to 80 metres.' }),
    new AIMessage('The bridges of Lisbon are 5 to 80 metres long.'),
  ],
  researcher: [call('search', { query: 'bridges of Lisbon' }), new AIMessage('5 to 80 metres.')],
  writer: [new AIMessage('The bridges of Lisbon are 5 to 80 metres long.')],
}

class ScriptedModel extends BaseChatModel {
  constructor(script) {
    super({})
    this.script = script
  }

  _llmType() {
    return 'scripted'
  }

  bindTools() {
    return this
  }

  async _generate() {
    const message = this.script.shift()
    return { generations: [{ text: message.text, message }] }
  }
}

/** The model of one agent. */
export const chatModel = (agent) =>
  process.env.OPENAI_API_KEY
    ? new ChatOpenAI({ model: 'gpt-4o-mini', temperature: 0 })
    : new ScriptedModel([...SCRIPTS[agent]])
