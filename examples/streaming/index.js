// A span stands for the whole stream: it ends when the last item is read, when the stream fails, or when the
// reader stops early.
import { getCurrentActiveSpan, init, SpanType, trace } from 'turnspan'

init({ captureContent: true, serviceName: 'streaming' })

const chat = trace(
  async function* chat(question) {
    let words = 0
    for (const word of `You asked: ${question}`.split(/(?<= )/)) {
      words += 1
      yield word
    }
    getCurrentActiveSpan()?.setTokenUsage({ inputTokens: 12, outputTokens: words })
  },
  // Without a reducer the items are recorded as a list.
  { spanType: SpanType.CHAT_MODEL, outputReducer: (words) => words.join('') },
)

let text = ''
for await (const word of chat('how are you?')) text += word
console.log(text)

for await (const word of chat('this answer is too long')) {
  if (word.startsWith('asked')) break
}
