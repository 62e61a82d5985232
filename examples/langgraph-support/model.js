// OpenAI's model if there is a key for it; otherwise a model that follows the script below, so that the example runs anywhere.
import { BaseChatModel } from '@langchain/core/language_models/chat_models'
import { AIMessage } from '@langchain/core/messages'
import { ChatOpenAI } from '@langchain/openai'

const lookUp = (...records) =>
  new AIMessage({
    content: '',
    tool_calls: records.map((record) => ({ id: `call_${record}`, name: 'look_up', args: { record } })),
  })

const SCRIPT = [
  lookUp('customer c-17', 'policy returns'),
  lookUp('order o-4'),
  new AIMessage('Your parcel arrives on Thursday; you may send it back within 30 days, free of charge.'),
]

class ScriptedModel extends BaseChatModel {
  script = [...SCRIPT]

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

export const chatModel = () =>
  process.env.OPENAI_API_KEY
    ? new ChatOpenAI({ model: 'gpt-4o-mini', temperature: 0 })
    : new ScriptedModel({})
