// An application that loads the classes of models before anything else: the modules of LangChain's core import each other in
// circles, which run in one order alone.
import { BaseChatModel } from '@langchain/core/language_models/chat_models'
import { AIMessage } from '@langchain/core/messages'

class Polite extends BaseChatModel {
  _llmType() {
    return 'polite'
  }
  async _generate() {
    return { generations: [{ text: 'Hello!', message: new AIMessage('Hello!') }] }
  }
}

// By now all modules have run.
await Promise.resolve()
const { content } = await new Polite({}).invoke('Hi!')
process.stdout.write(content)
