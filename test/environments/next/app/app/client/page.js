'use client'
import { isTextUIPart } from 'ai'

/** Takes one function of a traced package into the browser. */
export default function Page() {
  return <p>{String(isTextUIPart({ type: 'text', text: '' }))}</p>
}
