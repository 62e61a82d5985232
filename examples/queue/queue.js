// A queue on disk with the two classes that queues such as BullMQ have: one adds jobs, the other works on them, in any process.
// A job is a file; the first worker that renames the file gets the job.
import { randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const STATES = ['new', 'waiting', 'active', 'completed', 'failed']

const placesOf = (dir, name) => {
  const places = Object.fromEntries(STATES.map((state) => [state, join(dir, name, state)]))
  for (const place of Object.values(places)) mkdirSync(place, { recursive: true })
  return places
}

/** Adds jobs. What is in them must be JSON. */
export class Queue {
  #places

  constructor(name, { dir }) {
    this.#places = placesOf(dir, name)
  }

  async add(name, data, { attempts = 1 } = {}) {
    const job = { id: randomUUID(), name, data, attempts, attemptsMade: 0 }
    // Written elsewhere first, so that nobody reads half a job.
    writeFileSync(join(this.#places.new, job.id), JSON.stringify(job))
    renameSync(join(this.#places.new, job.id), join(this.#places.waiting, job.id))
    return job
  }

  /** What came of a job, once it is done. */
  result(id) {
    return JSON.parse(readFileSync(join(this.#places.completed, id), 'utf8')).returnvalue
  }
}

/** Works on jobs: `processor(job)` for each. */
export class Worker {
  #places
  #processor

  constructor(name, processor, { dir }) {
    this.#places = placesOf(dir, name)
    this.#processor = processor
  }

  /** Works until nothing waits. */
  async drain() {
    for (let id = this.#next(); id !== undefined; id = this.#next()) await this.#work(id)
  }

  async #work(id) {
    const { active, waiting, completed, failed } = this.#places
    const job = JSON.parse(readFileSync(join(active, id), 'utf8'))
    job.attemptsMade += 1
    let to = completed
    try {
      job.returnvalue = await this.#processor(job)
    } catch (error) {
      job.failedReason = String(error)
      to = job.attemptsMade < job.attempts ? waiting : failed
    }
    writeFileSync(join(active, id), JSON.stringify(job))
    renameSync(join(active, id), join(to, id))
  }

  /** Takes a job that nobody else has. */
  #next() {
    const { waiting, active } = this.#places
    for (const id of readdirSync(waiting)) {
      try {
        renameSync(join(waiting, id), join(active, id))
        return id
      } catch {
        // Another worker was faster.
      }
    }
  }
}
