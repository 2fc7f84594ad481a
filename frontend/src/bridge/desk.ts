import type { CaseFilter, CasePage, CaseView, ItemLine, Station, Who } from './types'

/**
 * What a page can ask of the program: the methods of app/window.Window under the
 * same names. Every promise rejects with a DeskError and nothing else.
 */
export interface Desk {
  Station(): Promise<Station>
  Login(name: string, password: string): Promise<Who>
  Logout(): Promise<void>
  /** active: the user has typed or clicked since the last time of asking. */
  Whoami(active: boolean): Promise<Who>
  Cases(filter: CaseFilter): Promise<CasePage>
  Case(number: string): Promise<CaseView>
  Items(query: string): Promise<ItemLine[]>
}

/** One call on the way to the program, whatever the way. */
export type Call = (method: keyof Desk, args: unknown[]) => Promise<unknown>

/** Makes a Desk of a way to call. The types are vouched for by the Go test on types.ts. */
export function deskOver(call: Call): Desk {
  const ask = <T>(method: keyof Desk, ...args: unknown[]) => call(method, args) as Promise<T>
  return {
    Station: () => ask('Station'),
    Login: (name, password) => ask('Login', name, password),
    Logout: async () => void (await ask('Logout')),
    Whoami: (active) => ask('Whoami', active),
    Cases: (filter) => ask('Cases', filter),
    Case: (number) => ask('Case', number),
    Items: (query) => ask('Items', query),
  }
}
