import type { Context } from '@opentelemetry/api'
import { checkKeys } from '../../../config/known-keys.ts'
import { runIn } from '../../../context/active-context.ts'
import { exportContext } from '../../../context/exported-context.ts'
import { diagnoseOnce } from '../../../runtime/diagnostics.ts'
import * as keys from '../../../span/semconv/keys.ts'
import { SpanType } from '../../../span/semconv/span-type.ts'
import type { TokenUsage } from '../../../span/token-usage.ts'
import { openSpan, tracingIn } from '../../../tracing/open-span.ts'
import { openAgent } from '../../../tracing/with-agent.ts'
import { dataOf } from '../own-data.ts'
import { quietly } from '../quietly.ts'
import { sayClosed, sayFailure } from './endings.ts'
import { adopt, asWork, type Frame, openFrame, type Settings } from './frame.ts'
import { KNOWN } from './known.ts'
import { forgetTurn, noteTurn, openTurn } from './open-turns.ts'
import { createEnding } from './turn-ending.ts'
import type { Turn, TurnEnd, TurnStart, TurnState, WorkEnd } from './types.ts'

const HARNESS_NAME = 'turnspan.harness.name'
const SUSPENDED = 'turnspan.turn.suspended'

/** Where a turn begins. */
export interface TurnPlace {
  readonly settings: Settings
  /** The work that began it. */
  readonly above?: Frame | undefined
  readonly context?: Context | undefined
}

/** A turn begins. */
export function beginTurn(place: TurnPlace, start: TurnStart): Turn {
  checkKeys(KNOWN.turn, start)
  const { settings, context } = place
  const { options } = settings
  const agent = start.agent ?? options.agent ?? options.name
  const above = place.above ?? openTurn(start.rootResponseId)?.frame
  const frame = openFrame({ settings, agent, above, context }, (pipeline, outside) => {
    const live = openAgent(
      pipeline,
      outside,
      {
        agent,
        model: start.model ?? options.model,
        provider: start.provider ?? options.provider,
        responseId: above === undefined ? (start.rootResponseId ?? start.responseId) : start.responseId,
        sessionId: start.sessionId,
        user: start.user,
        nest: above !== undefined || start.nest === true,
        sampleRatio: start.sampleRatio,
        attributes: { [HARNESS_NAME]: options.name, ...options.attributes, ...start.attributes },
      },
      start.startTime,
    )
    if (above === undefined && start.rootResponseId !== undefined && start.responseId !== undefined)
      live.setAttribute(keys.RESPONSE_ID, start.responseId)
    if (start.input !== undefined && live.wantsContent) live.setInputs(dataOf(start.input))
    return live
  })
  return turnOf(frame, start)
}

function turnOf(frame: Frame, start: TurnStart): Turn {
  const { settings, live, agent } = frame
  const responseId = start.responseId ?? (live && `resp_${live.traceId}`)
  const ending = createEnding(frame, () => forgetTurn(turn))
  const turn: Turn = asWork(frame, {
    responseId,
    agent,
    ...settings.nest(frame),
    end(end?: TurnEnd) {
      if (end?.usageFollows === true) ending.wait(end)
      else ending.finish(end)
    },
    fail: (error: unknown, end?: WorkEnd) => ending.finish(end, (open) => sayFailure(open, error)),
    cancel: (reason?: string, end?: WorkEnd) => ending.cancel(reason, end),
    usage(usage: TokenUsage, of: UsageOf = {}) {
      if (live === undefined) return
      if (!frame.isOpen && ending.waitsSince() === undefined) sayLate(agent)
      quietly(() => sayUsage(frame, usage, of, ending.waitsSince()))
      ending.settle()
    },
    toolOf: (callId: string) => settings.tools.get(callId),
    suspend(end?: WorkEnd): TurnState {
      const exported = quietly(() => runIn(frame.context, exportContext))
      ending.finish(end, (open) => open.setAttribute(SUSPENDED, true))
      return {
        version: 1,
        headers: {},
        ...(live !== undefined && exported),
        agent,
        ...(responseId !== undefined && { responseId }),
      }
    },
  })
  adopt(frame, {
    background: start.background === true,
    close(how, reason, endTime) {
      if (how === 'cancelled') ending.cancel(reason, { endTime })
      else ending.finish({ endTime }, (open) => sayClosed(open, how, reason))
    },
  })
  if (live !== undefined) noteTurn(turn, frame, live.traceId)
  return turn
}

type UsageOf = NonNullable<Parameters<Turn['usage']>[1]>

/** A span for tokens that no other one has. */
function sayUsage(
  frame: Frame,
  usage: TokenUsage,
  { model, provider }: UsageOf,
  endTime: number | undefined,
): void {
  const { context, settings } = frame
  const pipeline = tracingIn(context)
  if (pipeline === undefined) return
  const { options } = settings
  const live = openSpan(pipeline, context, { name: 'usage', spanType: SpanType.LLM, startTime: endTime })
  const asked = model ?? options.model
  if (asked !== undefined) live.setAttribute(keys.REQUEST_MODEL, asked)
  live.setModel(asked ?? '', provider ?? options.provider)
  live.setTokenUsage(usage)
  live.end(endTime)
}

function sayLate(agent: string): void {
  diagnoseOnce(
    'warn',
    'TS_USAGE_LATE',
    `A harness reported tokens for a turn of ${JSON.stringify(agent)} after the turn had ended: they are recorded on a span of their own, but are missing from the turn's total. End the turn with { usageFollows: true }, or report them before it ends.`,
    {},
    agent,
  )
}
