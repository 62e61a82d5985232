import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { type Place, Spool } from '../../../src/export/spool/spool.ts'
import { spoolFolder } from './program.ts'
import { pushTo } from './push-to.ts'

/** A process with a spool, and what it should have. */
interface Process {
  readonly spool: Spool<never>
  /** In memory, on disk as well. */
  inMemory: { readonly text: string; readonly place: Place }[]
}

/** What happens: `which` picks one of the processes, `count` how many spans. */
type Step = readonly [
  what: 'end' | 'deliver' | 'defer' | 'send' | 'die' | 'look',
  which: number,
  count: number,
]

const step: fc.Arbitrary<Step> = fc.tuple(
  fc.constantFrom('end', 'end', 'deliver', 'defer', 'send', 'die', 'look'),
  fc.nat(2),
  fc.integer({ min: 1, max: 7 }),
)

test('whatever happens in whatever order, each span is delivered once, or waits', async () => {
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
      await using folder = await spoolFolder()
      const start = (): Process => ({
        inMemory: [],
        spool: new Spool<never>({
          dir: folder.dir,
          maxBytes: 1_000_000,
          key: '0123456789abcdef',
          target: 'http://receiver',
          segmentBytes: 150,
          lost: () => expect.unreachable(),
          found: () => {},
        }),
      })
      const processes = [start(), start(), start()]
      const delivered: string[] = []
      let ended = 0

      const take = async ({ spool }: Process, count: number): Promise<number> => {
        const some = await spool.take(1000, count)
        delivered.push(...some.map(({ record }) => Buffer.from(record).toString()))
        spool.done(some.map(({ place }) => place))
        return some.length
      }
      const actions: Record<Step[0], (one: Process, count: number, which: number) => unknown> = {
        end(one, count) {
          for (let i = 0; i < count; i += 1) {
            const text = `span ${ended}`
            ended += 1
            const place = pushTo(one.spool, Buffer.from(text))
            if (place === undefined) throw new Error('not written')
            one.inMemory.push({ text, place })
          }
        },
        deliver(one, count) {
          const some = one.inMemory.splice(0, count)
          delivered.push(...some.map(({ text }) => text))
          one.spool.done(some.map(({ place }) => place))
        },
        defer(one, count) {
          for (const { place } of one.inMemory.splice(0, count)) one.spool.defer(place, undefined)
        },
        send: take,
        die(one, _, which) {
          one.spool.release()
          processes[which] = start()
        },
        look: (one) => one.spool.adopt(),
      }
      for (const [what, which, count] of steps) await actions[what](processes[which] as Process, count, which)

      for (const { spool } of processes) spool.release()
      const last = start()
      last.spool.adopt()
      while ((await take(last, 100)) > 0);
      last.spool.release()
      expect(delivered.length).toBe(ended)
      expect(new Set(delivered).size).toBe(ended)
      expect(await folder.files()).toEqual([])
    }),
    { numRuns: 150 },
  )
}, 60_000)
