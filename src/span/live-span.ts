import type { Link, Span as OtelSpan, SpanStatus as OtelStatus, SpanContext } from '@opentelemetry/api'
import { checkKeys } from '../config/known-keys.ts'
import { type HrTime, hrTimeOfMs, msOfTimeInput, nowMs, type TimeInput } from '../runtime/clock.ts'
import { traceStateOf } from '../runtime/otel-trace-state.ts'
import { ownKeys, readProperty } from '../runtime/read-property.ts'
import { hasStackRoom, withEmptyStack } from '../runtime/stack-room.ts'
import { type AttributeBag, createAttributeBag, keepAttribute, removeAttribute } from './attribute-bag.ts'
import { type Attributes, NO_ATTRIBUTES } from './attributes.ts'
import { attributeValue } from './capture/attribute-values.ts'
import { takeSnapshot } from './capture/capture.ts'
import { itemsOf, kindOf } from './capture/clean-fields.ts'
import { cleanName } from './capture/clean-name.ts'
import { changeBytes, contentMark, giveUpValues, valueBytes } from './content-bytes.ts'
import { applyEndOptions } from './end-options.ts'
import {
  type AgentData,
  type DroppedCounts,
  type EndedSpan,
  type SpanEvent,
  type SpanLinkData,
  type SpanStatus,
  StatusCode,
  spanStatus,
} from './ended-span.ts'
import { describeException, exceptionFacts } from './exception.ts'
import { type InstrumentationScope, OWN_SCOPE } from './instrumentation-scope.ts'
import { TOKEN_USAGE } from './known-keys.ts'
import { ContentAge, type ContentHolder } from './open-content.ts'
import type { OpenSpan } from './open-spans.ts'
import { readLink } from './read-link.ts'
import { readStatus } from './read-status.ts'
import { exportedKey, exportedScope } from './semconv/exported-name.ts'
import * as keys from './semconv/keys.ts'
import { smallAttributes } from './semconv/span-attributes.ts'
import { SpanType } from './semconv/span-type.ts'
import type { Snapshot } from './snapshot/snapshot.ts'
import type { EndOptions, Span } from './span.ts'
import type { RareParts, SpanHost } from './span-host.ts'
import { sayLimits } from './span-limits.ts'
import { SpanMoments } from './span-moments.ts'
import {
  captureOptionsOf,
  contentText,
  copiedAttributes,
  exceptionAttributes,
  exceptionType,
  exportedText,
  exportedType,
  keptName,
  keptValue,
  type RuledSpan,
} from './span-rules.ts'
import { type CountedUsage, countedUsage, type TokenUsage, usageOfAttributes } from './token-usage.ts'
import type { TraceRecord } from './trace-record.ts'
import { sumUpUsage } from './usage-tree.ts'

export type { SpanHost } from './span-host.ts'

const NO_KEYS: ReadonlySet<string> = new Set()
const NO_EVENTS: readonly SpanEvent[] = []
const NO_LINKS: readonly SpanLinkData[] = []

/**
 * A span while its work goes on, and after its end, when it is the {@link EndedSpan} that leaves: an object of its own for
 * that would cost as much as the span. Its methods never throw; after the end they do nothing.
 */
export class LiveSpan implements Span, OpenSpan, ContentHolder, EndedSpan, AgentData, RuledSpan {
  static #latest: LiveSpan | undefined

  /** The span that began last: whoever was stopped by the end of the stack looks here whether it had begun. */
  static get latest(): LiveSpan | undefined {
    return LiveSpan.#latest
  }

  /** See `isLiveSpan`. Not a static block that marks the prototype: bundlers keep a class with one though nobody uses it. */
  get isTurnspan(): true {
    return true
  }

  readonly spanId: string
  readonly parent: OpenSpan | undefined
  readonly trace: TraceRecord
  usageBelow: CountedUsage | undefined
  modelsBelow: OpenSpan['modelsBelow']
  isPart?: true
  before: ContentHolder | undefined
  after: ContentHolder | undefined
  contentBytes = 0
  contentAge: ContentAge = ContentAge.NONE

  readonly #host: SpanHost
  readonly #parentSpanId: string | undefined
  readonly #traceState: string | undefined
  /** What spans of ours seldom have. */
  readonly #rare: RareParts | undefined
  readonly #startMs: number
  #endMs = 0
  readonly #own: boolean
  #name: string
  #spanType: string
  #open = true
  #attributes: AttributeBag | undefined
  #moments: SpanMoments | undefined
  #code: StatusCode = StatusCode.UNSET
  #message: string | undefined
  #inputs: Snapshot | undefined
  #outputs: Snapshot | undefined
  #usage: CountedUsage | undefined
  #usageIsSum: boolean | 'part' = false
  #model: string | undefined
  #provider: string | undefined
  #context: SpanContext | undefined

  /**
   * By position, for one is made for each span.
   *
   * @param spanType - absent on spans that other libraries start through OpenTelemetry's API
   * @param rare - what is unusual of it, as `rarePartsOf` gives it
   */
  constructor(
    host: SpanHost,
    trace: TraceRecord,
    spanId: string,
    parent: OpenSpan | undefined,
    parentSpanId: string | undefined,
    traceState: string | undefined,
    name: string,
    spanType: string | undefined,
    startTime: TimeInput | undefined,
    rare: RareParts | undefined,
  ) {
    this.#host = host
    this.#parentSpanId = parentSpanId
    this.#traceState = traceState
    this.#rare = rare
    this.trace = trace
    this.spanId = spanId
    this.parent = parent
    this.#own = spanType !== undefined
    this.#spanType = exportedType(this, spanType ?? SpanType.UNKNOWN)
    this.#name = exportedText(this, keptName(this, name, 'span'), 'name')
    this.#startMs = (startTime === undefined ? undefined : msOfTimeInput(startTime)) ?? nowMs()
    trace.open.add(this)
    LiveSpan.#latest = this
    host.began?.(this)
  }

  get traceId(): string {
    return this.trace.traceId
  }

  get name(): string {
    return this.#name
  }

  /** Start, epoch milliseconds. */
  get startMs(): number {
    return this.#startMs
  }

  get external(): boolean {
    return !this.#own
  }

  /** The pipeline in which this span began, and in which it and what is below it ends. */
  get host(): SpanHost {
    return this.#host
  }

  /** Whether outputs were set by hand; the return value is then not recorded. */
  get hasOutputs(): boolean {
    return this.#outputs !== undefined
  }

  get spanType(): string {
    return this.#spanType
  }

  get parentSpanId(): string | undefined {
    return this.#parentSpanId
  }

  get parentIsRemote(): boolean {
    return this.#rare?.parentIsRemote ?? false
  }

  get traceFlags(): number {
    return this.#rare?.traceFlags ?? this.trace.flags
  }

  get traceState(): string | undefined {
    return this.#traceState
  }

  get kind(): number {
    return this.#rare === undefined ? 0 : kindOf(this.#rare.kind)
  }

  get startTime(): HrTime {
    return hrTimeOfMs(this.#startMs)
  }

  get endTime(): HrTime {
    return hrTimeOfMs(this.#endMs)
  }

  get endMs(): number {
    return this.#endMs
  }

  get status(): SpanStatus {
    return spanStatus(this.#code, this.#message)
  }

  get attributes(): Attributes {
    return this.#attributes?.values ?? NO_ATTRIBUTES
  }

  get events(): readonly SpanEvent[] {
    return this.#moments?.events ?? NO_EVENTS
  }

  get links(): readonly SpanLinkData[] {
    return this.#moments?.links ?? NO_LINKS
  }

  get dropped(): DroppedCounts | undefined {
    return this.#moments?.dropped
  }

  get scope(): InstrumentationScope {
    return exportedScope(this.givenScope, this.#host.redact)
  }

  get givenScope(): InstrumentationScope {
    return this.#rare?.scope ?? OWN_SCOPE
  }

  get agent(): AgentData | undefined {
    return this.#own ? this : undefined
  }

  get inputs(): Snapshot | undefined {
    return this.#inputs
  }

  get outputs(): Snapshot | undefined {
    return this.#outputs
  }

  get usage(): CountedUsage | undefined {
    return this.#usage
  }

  get isSum(): boolean | 'part' {
    return this.#usageIsSum
  }

  get model(): string | undefined {
    return this.#model
  }

  get provider(): string | undefined {
    return this.#provider
  }

  get jsonKeys(): ReadonlySet<string> {
    return this.#attributes?.jsonKeys ?? NO_KEYS
  }

  /** Whether recording content is of any use: callers spare themselves the work of preparing it. */
  get wantsContent(): boolean {
    return this.#open && this.trace.sampled && this.#host.captureContent
  }

  setInputs(inputs: unknown): this {
    if (this.wantsContent) {
      const content = takeSnapshot(inputs, captureOptionsOf(this, 'inputs'))
      const more = changeBytes(this.#inputs, content)
      this.#inputs = content
      this.#grow(more)
    }
    return this
  }

  setOutputs(outputs: unknown): this {
    if (this.wantsContent) {
      const content = takeSnapshot(outputs, captureOptionsOf(this, 'outputs'))
      const more = changeBytes(this.#outputs, content)
      this.#outputs = content
      this.#grow(more)
    }
    return this
  }

  setSpanType(type: string): this {
    if (this.#open && typeof type === 'string' && type !== '') this.#spanType = exportedType(this, type)
    return this
  }

  setTokenUsage(usage: TokenUsage): this {
    if (!this.#open) return this
    checkKeys(TOKEN_USAGE, usage)
    this.#usage = countedUsage(usage) ?? this.#usage
    return this
  }

  setModel(model: string, provider?: string): this {
    if (!this.#open) return this
    if (typeof model === 'string' && model !== '') this.#model = exportedText(this, model, keys.REQUEST_MODEL)
    if (typeof provider === 'string' && provider !== '') {
      this.#provider = exportedText(this, provider, keys.PROVIDER_NAME)
    }
    return this
  }

  setAttribute(key: string, given: unknown): this {
    if (!this.#open || typeof key !== 'string' || key === '') return this
    const mirror = this.#rare?.mirror
    const host = this.#host
    // An assignment to this key would set the prototype.
    if ((!this.trace.sampled && mirror === undefined) || key === '__proto__') return this
    const value = host.captureContent ? given : keptValue(this, key, given)
    const kept = attributeValue(value, captureOptionsOf(this, key))
    const exported = exportedKey(key, host.redact)
    if (kept === undefined || exported === '') return this
    mirror?.setAttribute(exported, kept as never)
    if (this.trace.sampled) {
      this.#attributes ??= createAttributeBag()
      const isJson = typeof value === 'object' && typeof kept === 'string'
      const more = valueBytes(kept) - valueBytes(this.#attributes.values[exported])
      if (keepAttribute(this.#attributes, exported, kept, isJson)) this.#grow(more)
      else this.#momentsOf().drop('attributes')
    }
    return this
  }

  setAttributes(attributes: Record<string, unknown>): this {
    if (typeof attributes !== 'object' || attributes === null) return this
    for (const key of ownKeys(attributes)) this.setAttribute(key, readProperty(attributes, key))
    return this
  }

  setStatus(status: 'OK' | 'ERROR' | OtelStatus, message?: string): this {
    if (!this.#open) return this
    const given = readStatus(status, message)
    if (given === undefined) return this
    this.#code = given.code
    this.#message = given.code === StatusCode.ERROR ? contentText(this, given.message, 'status') : undefined
    this.#rare?.mirror?.setStatus({ code: given.code, ...(this.#message && { message: this.#message }) })
    return this
  }

  addEvent(name: string, attributesOrTime?: Record<string, unknown> | TimeInput, time?: TimeInput): this {
    if (!this.#open || typeof name !== 'string') return this
    const ms = msOfTimeInput(attributesOrTime)
    const given = ms === undefined && typeof attributesOrTime === 'object' ? attributesOrTime : undefined
    this.#addEvent(name, given ? copiedAttributes(this, given, name) : undefined, ms ?? msOfTimeInput(time))
    return this
  }

  addLink(link: Link | OtelSpan): this {
    const read = this.#open ? readLink(link, (given) => copiedAttributes(this, given)) : undefined
    if (read === undefined) return this
    const { attributes } = read.data
    this.#rare?.mirror?.addLink?.({
      context: read.context,
      ...(attributes && { attributes: attributes as never }),
    })
    this.#grow(this.#momentsOf().addLink(read.data))
    return this
  }

  addLinks(links: (Link | OtelSpan)[]): this {
    const { items, more } = itemsOf(links)
    for (const link of items) this.addLink(link)
    if (more > 0 && this.#open) this.#momentsOf().drop('links', more)
    return this
  }

  recordException(exception: unknown, time?: TimeInput): void {
    if (!this.#open) return
    this.#addEvent(keys.EXCEPTION_EVENT, exceptionAttributes(this, exception), msOfTimeInput(time))
  }

  /** The work failed with `thrown`: exception event, ERROR with its description, `error.type`. */
  fail(thrown: unknown): void {
    if (!this.#open) return
    const facts = exceptionFacts(thrown)
    this.recordException(thrown)
    this.setAttribute(keys.ERROR_TYPE, cleanName(exceptionType(this, facts.type)))
    this.setStatus('ERROR', this.#host.captureContent ? describeException(facts) : undefined)
  }

  updateName(name: string): this {
    if (this.#open && typeof name === 'string') {
      this.#name = exportedText(this, keptName(this, name, 'span'), 'name')
      this.#rare?.mirror?.updateName(this.#name)
    }
    return this
  }

  isRecording(): boolean {
    return this.#open && this.trace.sampled
  }

  spanContext(): SpanContext {
    this.#context ??= {
      traceId: this.traceId,
      spanId: this.spanId,
      traceFlags: this.traceFlags,
      ...(this.#traceState && { traceState: traceStateOf(this.#traceState) }),
    }
    return this.#context
  }

  end(options?: EndOptions | TimeInput): void {
    if (!this.#open) return
    if (!hasStackRoom()) {
      const now = nowMs()
      withEmptyStack(() => this.#endAt(options, now))
    } else this.#endAt(options)
  }

  /** {@link end} for those who know that there is stack for it. */
  endHere(): void {
    if (this.#open) this.#finish(Math.max(nowMs(), this.#startMs))
  }

  #endAt(options: EndOptions | TimeInput | undefined, now?: number): void {
    if (!this.#open) return
    const time = msOfTimeInput(options)
    const wanted = time ?? (options === undefined ? undefined : applyEndOptions(this, options as EndOptions))
    this.#finish(Math.max(wanted ?? now ?? nowMs(), this.#startMs))
  }

  [Symbol.dispose](): void {
    this.end()
  }

  #finish(endMs: number): void {
    // Success is said aloud on our own spans: MLflow counts an unset status as neither success nor failure.
    const mirror = this.#rare?.mirror
    if (this.#own && this.#code === StatusCode.UNSET) {
      this.#code = StatusCode.OK
      mirror?.setStatus({ code: StatusCode.OK })
    }
    this.#sumUp()
    this.#open = false
    const host = this.#host
    const { trace } = this
    host.openContent.gone(this)
    trace.open.delete(this.spanId)
    if (this.#startMs < trace.startMs) trace.startMs = this.#startMs
    if (endMs > trace.endMs) trace.endMs = endMs
    this.#endMs = endMs
    this.#name = keptName(this, this.#name, 'span')
    const dropped = this.#moments?.dropped
    if (dropped !== undefined) sayLimits(this.#name, dropped)
    if (mirror !== undefined) {
      // The application's own backend understands the span by the same small keys; content goes nowhere but to us.
      if (this.#own) mirror.setAttributes(smallAttributes(this, this) as never)
      mirror.end(this.endTime)
    }
    host.ended(this)
  }

  #grow(bytes: number): void {
    this.#host.openContent.grew(this, bytes)
  }

  detachContent(): void {
    this.#inputs?.detach()
    this.#outputs?.detach()
  }

  giveUpContent(): void {
    this.#inputs = this.#inputs && contentMark(this.#inputs)
    this.#outputs = this.#outputs && contentMark(this.#outputs)
    if (this.#attributes !== undefined) giveUpValues(this.#attributes)
    this.#moments?.giveUpValues()
  }

  #sumUp(): void {
    if (this.#own && this.#usage === undefined && this.usageBelow === undefined) return
    const own = {
      usage: this.#own ? this.#usage : usageOfAttributes(this.#attributes?.values ?? NO_ATTRIBUTES),
      model: this.#model,
      provider: this.#provider,
    }
    const summed = sumUpUsage(this, this.#spanType, own, this.trace.open)
    if (!this.#own) return
    this.#usage = summed.usage
    this.#usageIsSum = summed.isSum
    this.#model = summed.model
    this.#provider = summed.provider
    if (summed.severalModels && this.#attributes !== undefined) {
      removeAttribute(this.#attributes, keys.REQUEST_MODEL)
    }
  }

  #addEvent(name: string, attributes: Attributes | undefined, ms: number = nowMs()): void {
    const event: SpanEvent = {
      name: name === keys.EXCEPTION_EVENT ? name : exportedText(this, keptName(this, name, 'event'), 'event'),
      time: hrTimeOfMs(ms),
      ...(attributes && { attributes }),
    }
    this.#rare?.mirror?.addEvent(event.name, attributes as never, event.time)
    if (this.trace.sampled) this.#grow(this.#momentsOf().addEvent(event))
  }

  #momentsOf(): SpanMoments {
    this.#moments ??= new SpanMoments()
    return this.#moments
  }
}
