import type { Message } from './openai.ts'

/** What the scripted model says at one point of the conversation: words, or tools to call. */
export type Reply = { text: string } | { calls: { name: string; arguments: object }[] }

interface Scene {
  readonly question: string
  readonly calls: { name: string; arguments: object }[]
  /** The answer, from what the tools gave, in the order of the calls. */
  readonly answer: (results: readonly unknown[]) => string
}

type Weather = { sky: string; celsius: number; water: number }
type Money = { amount: number; currency: string }
type Flight = { flight: string; departs: string; euros: number }

const SCENES: readonly Scene[] = [
  {
    question: 'Can I swim in Lisbon today, and what are 200 euros in Swiss francs?',
    calls: [
      { name: 'get_weather', arguments: { city: 'Lisbon' } },
      { name: 'convert_currency', arguments: { amount: 200, from: 'EUR', to: 'CHF' } },
    ],
    answer(results) {
      const [weather, money] = results as [Weather, Money]
      return (
        `Lisbon is ${weather.sky} with ${weather.celsius} °C, but the sea has ${weather.water} °C: bring courage. ` +
        `200 euros are ${money.amount} francs.`
      )
    },
  },
  {
    question: 'How do I get there from Zurich?',
    calls: [{ name: 'find_flights', arguments: { from: 'Zurich', to: 'Lisbon' } }],
    answer(results) {
      const [flights] = results as [Flight[]]
      const choices = flights.map(
        ({ flight, departs, euros }) => `${flight} at ${departs} for ${euros} euros`,
      )
      return `${choices.join(', or ')}.`
    },
  },
  {
    question: 'Thanks! Anything to pack?',
    calls: [],
    answer: () => 'Sunglasses, and a jacket for the way back: it rains in Zurich.',
  },
]

/** What the traveller asks, turn by turn. */
export const QUESTIONS: readonly string[] = SCENES.map((scene) => scene.question)

/** The reply to `messages`: tools first, and once they all have answered, words. */
export function replyTo(messages: readonly Message[]): Reply {
  const asked = messages.findLastIndex((message) => message.role === 'user')
  const scene = SCENES.find(({ question }) => question === messages[asked]?.content)
  if (scene === undefined) return { text: 'I only know the questions of this demo.' }
  const results = messages.slice(asked).filter((message) => message.role === 'tool')
  if (results.length < scene.calls.length) return { calls: scene.calls }
  return { text: scene.answer(results.map(({ content }) => JSON.parse(content ?? 'null'))) }
}
