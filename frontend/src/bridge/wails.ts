import { deskOver, type Seat } from './desk'
import { toDeskError } from './errors'

type Bound = Record<string, (...args: unknown[]) => Promise<unknown>>

/** What Wails puts into the page: package, struct, method. */
interface WailsGlobals {
  go?: { window?: { Window?: Bound } }
  runtime?: { EventsOn?: (name: string, f: (topics: string[]) => void) => () => void }
}

/** The desktop program's Desk, or undefined in a browser. */
export function wailsDesk(globals: object = window): Seat | undefined {
  const { go, runtime } = globals as WailsGlobals
  const bound = go?.window?.Window
  if (!bound) return undefined
  const desk = deskOver(async (method, args) => {
    try {
      return await bound[method]?.(...args)
    } catch (reason) {
      throw toDeskError(reason)
    }
  })  // The program is this window: it is up as long as there is somebody to hear it.
  return { ...desk, changes: (changed, up) => (up(true), runtime?.EventsOn?.('onedoor:changed', changed) ?? (() => {})) }
}
