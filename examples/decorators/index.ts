// Standard decorators of TypeScript 5; `experimentalDecorators` works the same way.
import { init, SpanType, trace } from 'turnspan'

init({ captureContent: true, serviceName: 'decorators' })

class Researcher {
  readonly #library: readonly string[] = ['Spans of time', 'Trees and their rings', 'A tree of spans']

  @trace({ name: 'agent:researcher', spanType: SpanType.AGENT })
  async answer(question: string): Promise<string> {
    const titles = await this.search(question.split(' ').at(-1) ?? '')
    return this.best(titles) ?? 'nothing found'
  }

  @trace({ spanType: SpanType.RETRIEVER })
  async search(word: string, limit = 5): Promise<string[]> {
    return this.#library.filter((title) => title.toLowerCase().includes(word)).slice(0, limit)
  }

  /** Without options: named for the method. */
  @trace()
  best(titles: readonly string[]): string | undefined {
    return [...titles].sort((a, b) => b.length - a.length)[0]
  }
}

console.log(await new Researcher().answer('what do you have on spans'))
