/** A seeded generator: every run and every contender gets the same texts. */
let seed = 20_261_121

function random() {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
  return seed / 4_294_967_296
}

const SYLLABLES =
  'an ber cal dor eth fin gra hol ist jun ker lom mar nis ola pen qui ras sel tor und ver wis yor zen'.split(
    ' ',
  )

function word() {
  let out = ''
  for (let left = 1 + Math.floor(random() * 3); left > 0; left -= 1) {
    out += SYLLABLES[Math.floor(random() * SYLLABLES.length)]
  }
  return out
}

const WORDS = Array.from({ length: 3000 }, word)
const ESCAPED = ['"quoted"', 'line\n', 'C:\\temp']
const LATIN = ['naïve', 'Zürich', 'señor']
const BEYOND = ['it’s', '—', '日本', '👍']

// Without the generator, whose numbers the other texts are made of.
const CJK = Array.from({ length: 400 }, (_, i) =>
  String.fromCharCode(
    ...Array.from({ length: 2 + (i % 5) }, (_, j) => 0x4e00 + ((i * 7919 + j * 3571) % 0x1800)),
  ),
)
const EMOJI = ['🚀', '👩‍💻', '🎉', '👍🏽', '“引用”', '。\n', '、', '！']

const SCRIPTS = {
  ascii: [WORDS, ESCAPED],
  latin: [WORDS, [...ESCAPED, ...LATIN]],
  beyond: [WORDS, [...ESCAPED, ...BEYOND]],
  cjk: [CJK, EMOJI],
}

/**
 * `length` characters of text. Every tenth word needs escaping in JSON; of ten texts six are ASCII, two Latin-1 and
 * two hold characters beyond it, which engines store and encode each in another way. `script` asks for one of them, or
 * for Chinese with emoji.
 */
export function text(length, script = drawnScript()) {
  const [words, special] = SCRIPTS[script]
  const gap = script === 'cjk' ? '' : ' '
  let out = ''
  while (out.length < length) {
    const list = random() < 0.1 ? special : words
    out += `${list[Math.floor(random() * list.length)]}${gap}`
  }
  return out.slice(0, length).toWellFormed()
}

function drawnScript() {
  const draw = random()
  return draw < 0.6 ? 'ascii' : draw < 0.8 ? 'latin' : 'beyond'
}

// All payloads below are made of what `take(length)` gives.

/** About 4 kB: a system prompt, and a conversation so far. */
export function llmRequest(take = text) {
  return {
    model: 'gpt-5-mini',
    temperature: 0.2,
    messages: [
      { role: 'system', content: take(1500) },
      { role: 'user', content: take(600) },
      { role: 'assistant', content: take(900) },
      { role: 'user', content: take(700) },
    ],
    tools: [
      {
        type: 'function',
        function: { name: 'search', description: take(80), parameters: { type: 'object' } },
      },
    ],
  }
}

/** About 4 kB: an answer with a tool call. */
export function llmResponse(take = text) {
  return {
    id: 'chatcmpl-Bq3s0a1',
    model: 'gpt-5-mini-2026-02-01',
    choices: [
      {
        index: 0,
        finish_reason: 'tool_calls',
        message: {
          role: 'assistant',
          content: take(3400),
          tool_calls: [
            {
              id: 'call_7',
              type: 'function',
              function: { name: 'search', arguments: `{"q":"${take(60).replaceAll(/["\n]/g, ' ')}"}` },
            },
          ],
        },
      },
    ],
    usage: { prompt_tokens: 950, completion_tokens: 870, total_tokens: 1820 },
  }
}

/** About 1 kB: structured arguments. */
export function toolArguments(take = text) {
  return {
    query: take(400),
    limit: 20,
    fresh: true,
    filters: Array.from({ length: 12 }, (_, i) => ({ field: `field_${i}`, op: 'eq', value: take(14) })),
  }
}

/** About 1 kB: rows of a table. */
export function toolResult(take = text) {
  return {
    rows: Array.from({ length: 14 }, (_, i) => ({ id: i, title: take(30), score: i / 7, ok: i % 2 === 0 })),
  }
}
