import { llmRequest, llmResponse, text, toolArguments, toolResult } from './payloads.mjs'

const many = (make) => Array.from({ length: 8 }, () => make())

// Several of each, so that no engine learns a single string by heart.
const QUESTIONS = many(() => text(900))
const ANSWERS = many(() => text(2200))
const REQUESTS = many(llmRequest)
const RESPONSES = many(llmResponse)
const ARGUMENTS = many(toolArguments)
const RESULTS = many(toolResult)

const from = (list) => (n) => list[n % list.length]

/** What the turns hold unless told otherwise: texts that were there before the first turn, and stay. */
const SHARED = {
  question: from(QUESTIONS),
  answer: from(ANSWERS),
  request: from(REQUESTS),
  response: from(RESPONSES),
  arguments: from(ARGUMENTS),
  result: from(RESULTS),
}

/** Spans of one turn. */
export const SPANS = 8

/**
 * Which span stands below which, by place in the turn: what the sink's findings are checked against.
 *
 *     0 agent
 *     ├─ 1 model
 *     ├─ 2 tool
 *     ├─ 3 tool
 *     │  ├─ 4 model
 *     │  └─ 5 tool
 *     │     └─ 6 tool
 *     └─ 7 model
 */
export const PARENTS = [undefined, 0, 0, 0, 3, 3, 5, 0]

const immediately = () => undefined

/**
 * One turn of an agent: 8 spans, 36 kB of payload. `pause(place)` is what the agent waits for at each of its steps;
 * `payloads` gives for a number what is recorded. The names carry turn and place (`t7.3`), so that a tree can be
 * checked at the other end.
 */
export function agentTurn(contender, turn, pause = immediately, payloads = SHARED) {
  const model = (place) =>
    contender.model(`t${turn}.${place}`, payloads.request(turn + place), async () => {
      await pause(place)
      return payloads.response(turn + place)
    })
  const tool = (place, inner) =>
    contender.tool(`t${turn}.${place}`, payloads.arguments(turn + place), async () => {
      await pause(place)
      await inner?.()
      return payloads.result(turn + place)
    })
  return contender.agent(`t${turn}.0`, payloads.question(turn), async () => {
    await model(1)
    await tool(2)
    await tool(3, async () => {
      await model(4)
      await tool(5, () => tool(6))
    })
    await model(7)
    return payloads.answer(turn)
  })
}
