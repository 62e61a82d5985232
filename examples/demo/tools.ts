import type { ToolDefinition } from './openai.ts'

// What the tools know. Small enough to read, real enough to be wrong when asked for something else.
const WEATHER: Readonly<Record<string, { sky: string; celsius: number; water: number }>> = {
  Lisbon: { sky: 'sunny', celsius: 24, water: 19 },
  Zurich: { sky: 'rain', celsius: 11, water: 9 },
  Oslo: { sky: 'cloudy', celsius: 8, water: 7 },
}
const EURO_BUYS: Readonly<Record<string, number>> = { EUR: 1, CHF: 0.94, USD: 1.08, NOK: 11.7 }
const FLIGHTS = [
  { flight: 'TP 929', from: 'Zurich', to: 'Lisbon', departs: '07:05', euros: 129 },
  { flight: 'LX 2084', from: 'Zurich', to: 'Lisbon', departs: '12:40', euros: 184 },
  { flight: 'LX 1216', from: 'Zurich', to: 'Oslo', departs: '09:30', euros: 161 },
]

/** A tool that the model may call. */
export interface Tool {
  readonly definition: ToolDefinition
  readonly run: (args: Record<string, unknown>) => Promise<unknown>
}

/** The assistant's tools. Each call takes the time that a service would. */
export function createTools(): ReadonlyMap<string, Tool> {
  let reservations = 0
  return new Map([
    tool('get_weather', 'Weather of a city', ['city'], async ({ city }) => {
      await pause(45)
      return WEATHER[String(city)] ?? fail(`no weather station in ${city}`)
    }),
    tool('convert_currency', 'Converts an amount of money', ['amount', 'from', 'to'], async (args) => {
      await pause(20)
      const [from, to] = [EURO_BUYS[String(args.from)], EURO_BUYS[String(args.to)]]
      if (from === undefined || to === undefined) return fail(`no rate from ${args.from} to ${args.to}`)
      return { amount: Math.round((Number(args.amount) / from) * to * 100) / 100, currency: args.to }
    }),
    tool('find_flights', 'Flights between two cities', ['from', 'to'], async ({ from, to }) => {
      await pause(60)
      reservations += 1
      // The first request of each run meets an overloaded system, so that there is a failure to look at.
      if (reservations === 1) return fail('the reservation system is overloaded')
      return FLIGHTS.filter((flight) => flight.from === from && flight.to === to)
    }),
  ])
}

function tool(
  name: string,
  description: string,
  parameters: readonly string[],
  run: Tool['run'],
): [string, Tool] {
  const properties = Object.fromEntries(
    parameters.map((key) => [key, { type: key === 'amount' ? 'number' : 'string' }]),
  )
  const schema = { type: 'object', properties, required: parameters }
  return [
    name,
    { definition: { type: 'function', function: { name, description, parameters: schema } }, run },
  ]
}

function fail(reason: string): never {
  throw new Error(reason)
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
