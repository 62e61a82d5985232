import type { Counts } from './counts.ts'
import type { Fate } from './queue.ts'

/** What is still to become of one span at the targets that it goes to. */
export interface Ticket {
  /** Targets that have not settled it. */
  left: number
  /** Those of them for which it is in memory; for the others it is on disk only. */
  inMemory: number
  worst: Fate
}

/** Keeps the books of a span that goes to several targets: it counts once, by what became of it at the worst of them. */
export interface Tickets {
  issue(targets: number): Ticket
  /** At one target the span in memory fared so. @returns whether no target needs it in memory any more */
  settled(ticket: Ticket, fate: Fate): boolean
  /** At one target the span is on disk only from now on. @returns as `settled` */
  deferred(ticket: Ticket): boolean
  /** At one target the span fared so, from disk. */
  settledOnDisk(ticket: Ticket, fate: Exclude<Fate, 'spooled'>): void
}

const RANK = { sent: 0, spooled: 1, rejected: 2, dropped: 3 } as const
const rankOf = (fate: Fate): number => RANK[typeof fate === 'string' ? fate : 'dropped']

export function createTickets(counts: Counts): Tickets {
  const note = (ticket: Ticket, fate: Fate): void => {
    ticket.left -= 1
    if (rankOf(fate) > rankOf(ticket.worst)) ticket.worst = fate
  }
  const close = ({ worst }: Ticket): void => {
    if (worst === 'spooled') counts.spooled(1)
    else counts.settled(worst)
  }
  return {
    issue: (targets) => ({ left: targets, inMemory: targets, worst: 'sent' }),
    settled(ticket, fate) {
      ticket.inMemory -= 1
      note(ticket, fate)
      if (ticket.left === 0) close(ticket)
      else if (ticket.inMemory === 0) counts.spooled(1)
      return ticket.inMemory === 0
    },
    deferred(ticket) {
      ticket.inMemory -= 1
      if (ticket.inMemory === 0) counts.spooled(1)
      return ticket.inMemory === 0
    },
    settledOnDisk(ticket, fate) {
      note(ticket, fate)
      if (ticket.left > 0) return
      counts.spooled(-1)
      close(ticket)
    },
  }
}
