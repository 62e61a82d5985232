import { checkKeys } from '../../../config/known-keys.ts'
import { SpanType } from '../../../span/semconv/span-type.ts'
import { openSpan, textOr } from '../../../tracing/open-span.ts'
import { openTool } from '../../../tracing/with-tool.ts'
import { dataOf } from '../own-data.ts'
import { sayCancelled, sayClosed, sayEnd, sayFailure } from './endings.ts'
import { adopt, asWork, endFrame, type Frame, type FramePlace, openFrame } from './frame.ts'
import { KNOWN } from './known.ts'
import type { EndingWork, HarnessStep, HarnessTool, StepStart, ToolStart, Work } from './types.ts'

/** A tool is called. */
export function beginTool(place: FramePlace, start: ToolStart): HarnessTool {
  checkKeys(KNOWN.tool, start)
  const { name, callId, attributes, startTime, background } = start
  const frame = openFrame(place, (pipeline, context) => {
    const live = openTool(pipeline, context, { tool: name, callId, attributes }, startTime)
    if (start.arguments !== undefined && live.wantsContent) live.setInputs(dataOf(start.arguments))
    return live
  })
  const { tools } = place.settings
  const tool: HarnessTool = asWork(frame, {
    callId,
    ...place.settings.nest(frame),
    ...endings(frame, () => {
      if (callId !== undefined && tools.get(callId) === tool) tools.delete(callId)
    }),
  })
  if (callId !== undefined) tools.set(callId, tool)
  adoptWork(frame, tool, background)
  return tool
}

/** A step begins. */
export function beginStepOf(place: FramePlace, start: StepStart): HarnessStep {
  checkKeys(KNOWN.step, start)
  const { name, spanType, input, attributes, startTime, background } = start
  const frame = openFrame(place, (pipeline, context) => {
    const live = openSpan(pipeline, context, {
      name: textOr(name, 'step'),
      spanType: spanType ?? SpanType.TASK,
      attributes,
      startTime,
    })
    if (input !== undefined && live.wantsContent) live.setInputs(dataOf(input))
    return live
  })
  const step: HarnessStep = asWork(frame, { ...place.settings.nest(frame), ...endings(frame) })
  adoptWork(frame, step, background)
  return step
}

type Endings = Omit<EndingWork, keyof Work>

function endings(frame: Frame, gone?: () => void): Endings {
  const ended = (was: boolean): void => {
    if (was) gone?.()
  }
  return {
    end: (end) => ended(endFrame(frame, end, (live) => sayEnd(live, end))),
    fail: (error, end) =>
      ended(
        endFrame(frame, end, (live) => {
          sayEnd(live, end)
          sayFailure(live, error)
        }),
      ),
    cancel: (reason, end) =>
      ended(
        endFrame(
          frame,
          end,
          (live) => {
            sayEnd(live, end)
            sayCancelled(live, reason)
          },
          'cancelled',
          reason,
        ),
      ),
  }
}

function adoptWork(frame: Frame, work: EndingWork, background: boolean | undefined): void {
  adopt(frame, {
    background: background === true,
    close(how, reason, endTime) {
      if (how === 'cancelled') work.cancel(reason, { endTime })
      else {
        if (frame.live !== undefined) sayClosed(frame.live, how, reason)
        work.end({ endTime })
      }
    },
  })
}
