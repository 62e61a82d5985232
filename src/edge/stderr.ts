import { forTerminal } from '../runtime/for-terminal.ts'

/** As in `src/runtime/stderr.ts`, where the console is all that there is. */
export function writeStderr(text: string): void {
  // biome-ignore lint/suspicious/noConsole: the only way to say something there
  console.warn(forTerminal(text))
}
