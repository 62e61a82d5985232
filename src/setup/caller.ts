import { fileURLToPath } from 'node:url'
import { noteProgramFile } from '../modules/program-files.ts'
import { callSite, callStack } from './call-site.ts'

const PLACE = /(?:\(|^|\s)((?:file:\/\/|\/|[A-Za-z]:[\\/]).+?):\d+:\d+\)?$/

/**
 * Notes the file that called `init`: the program resolves its packages from there, also where the process was started
 * by a launcher that lies elsewhere.
 */
export function noteCaller(): void {
  try {
    const [frame] = callSite(callStack())
    const place = frame === undefined ? undefined : PLACE.exec(frame)?.[1]
    if (place !== undefined) noteProgramFile(place.startsWith('file:') ? fileURLToPath(place) : place)
  } catch {
    // A frame of another form. The main file and our own place are known all the same.
  }
}
