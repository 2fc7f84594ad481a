import type { Seat } from './desk'
import { httpDesk } from './http'
import { wailsDesk } from './wails'

export type { Changes, Desk, Seat } from './desk'
export { DeskError, toDeskError } from './errors'
export type * from './types'

/** The way to the program that this page has. */
export async function connect(): Promise<Seat> {
  // Drawing screens with "npm run dev": the branch is not in a build.
  if (import.meta.env.MODE === 'memory') return (await import('./memory')).memoryDesk()
  return wailsDesk() ?? httpDesk()
}
