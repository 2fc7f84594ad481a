import { defineStore, storeToRefs } from 'pinia'
import { readonly, ref } from 'vue'

import { toDeskError, type DeskError, type Station, type Who } from '../bridge'
import { useDesk } from './desk'

/** How often, at most, the program is told that the user is there, in milliseconds. */
export const tellEvery = 20_000

const markName = 'onedoor_in' // of a tab in which somebody is logged in

/** Who is logged in at this seat, and since when nobody is. */
const useSessionStore = defineStore('session', () => {
  const desk = useDesk()
  const who = ref<Who>()
  const station = ref<Station>()
  const notice = ref('') // why the login screen is shown, if there is something to say
  let told = 0 // timer: the user was there, and the program is told at its end
  let idle = 0 // timer: by now nobody may be logged in any more
  let leaving: Promise<unknown> = Promise.resolve() // a logout on its way must not meet the next login

  /** Whether somebody may still be logged in: this page was read again, and not left. */
  const mayGoOn = () => sessionStorage.getItem(markName) !== null

  function mark(entered: boolean) {
    if (entered) sessionStorage.setItem(markName, '1')
    else sessionStorage.removeItem(markName)
  }

  /** Takes a login over that outlived a reload of the page. */
  async function start() {
    // Both at once: the first screen waits for them.
    const [where, me] = await Promise.allSettled([desk.Station(), desk.Whoami(true)])
    if (where.status === 'fulfilled') station.value = where.value
    else notice.value = words(toDeskError(where.reason))
    if (me.status === 'fulfilled') {
      who.value = me.value
      mark(true)
      waitIdle()
      return
    }
    mark(false)
    const fault = toDeskError(me.reason)
    if (fault.code !== 'logged_out' && !notice.value) notice.value = words(fault)
  }

  /** Throws the DeskError of a refused login. */
  async function login(name: string, password: string) {
    await leaving
    who.value = await desk.Login(name, password)
    mark(true)
    notice.value = ''
    waitIdle()
  }

  async function logout() {
    end('')
    // The screen is cleared; the program logs out by itself after a while.
    leaving = desk.Logout().catch((reason: unknown) => void (notice.value = words(toDeskError(reason))))
    await leaving
  }

  /** Clears the screen: everything that shows data hangs on who. */
  function end(why: string) {
    who.value = undefined
    mark(false)
    notice.value = why
    window.clearTimeout(told)
    window.clearTimeout(idle)
    told = 0
  }

  /** Tells that the user is there: the program soon, and not at every key. */
  function touch() {
    if (!who.value || told) return
    told = window.setTimeout(() => ((told = 0), void ask(true)), tellEvery)
  }

  /** Looks again when the program, having heard nothing since, has logged the user out. */
  function waitIdle() {
    window.clearTimeout(idle)
    const seconds = who.value?.idle_seconds ?? 0
    if (seconds > 0) idle = window.setTimeout(() => void ask(false), (seconds + 1) * 1000)
  }

  /** Whether the user is still logged in; active: has typed or clicked. */
  async function ask(active = false) {
    const mine = who.value
    if (!mine) return
    try {
      await desk.Whoami(active)
      if (who.value === mine) waitIdle()
    } catch (reason) {
      if (who.value !== mine) return // somebody else has come in meanwhile
      const fault = toDeskError(reason)
      if (endsSession(fault)) end(words(fault))
      else waitIdle()
    }
  }

  return { who: readonly(who), station: readonly(station), notice: readonly(notice), mayGoOn, start, login, logout, end, touch, ask }
})

/** Whether a failure means that nobody is logged in here any more. */
export function endsSession(fault: DeskError): boolean {
  return fault.code === 'logged_out' || fault.code === 'no_seat'
}

function words(fault: DeskError): string {
  return fault.hint ? `${fault.message}。${fault.hint}` : fault.message
}

export type Session = ReturnType<typeof useSession>

/** The session with its values as refs, and the way to the program. */
export function useSession() {
  const store = useSessionStore()
  const { mayGoOn, start, login, logout, end, touch, ask } = store
  return { desk: useDesk(), ...storeToRefs(store), mayGoOn, start, login, logout, end, touch, ask }
}
