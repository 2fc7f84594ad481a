import { deskOver, type Desk } from './desk'
import { toDeskError } from './errors'

type Bound = Record<string, (...args: unknown[]) => Promise<unknown>>

/** What Wails puts into the page: package, struct, method. */
interface WailsGlobals {
  go?: { window?: { Window?: Bound } }
}

/** The desktop program's Desk, or undefined in a browser. */
export function wailsDesk(globals: object = window): Desk | undefined {
  const bound = (globals as WailsGlobals).go?.window?.Window
  if (!bound) return undefined
  return deskOver(async (method, args) => {
    try {
      return await bound[method]?.(...args)
    } catch (reason) {
      throw toDeskError(reason)
    }
  })
}
