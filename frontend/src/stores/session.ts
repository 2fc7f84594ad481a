import { inject, readonly, ref, type InjectionKey } from 'vue'

import { toDeskError, type Desk, type DeskError, type Station, type Who } from '../bridge'

/** Who is logged in at this seat, and since when nobody is. */
export type Session = ReturnType<typeof createSession>

const key: InjectionKey<Session> = Symbol('session')
export { key as sessionKey }

/** How often the program is asked whether the user is still logged in. */
export const askEvery = 20_000

/** Made once by the root of the pages, with the way to the program. */
export function createSession(desk: Desk) {
  const who = ref<Who>()
  const station = ref<Station>()
  const notice = ref('') // why the login screen is shown, if there is something to say
  let active = false

  /** Takes a login over that outlived a reload of the page. */
  async function start() {
    try {
      station.value = await desk.Station()
      who.value = await desk.Whoami(true)
    } catch (reason) {
      const fault = toDeskError(reason)
      if (fault.code !== 'logged_out') notice.value = words(fault)
    }
  }

  /** Throws the DeskError of a refused login. */
  async function login(name: string, password: string) {
    who.value = await desk.Login(name, password)
    notice.value = ''
    active = false
  }

  async function logout() {
    end('')
    try {
      await desk.Logout()
    } catch (reason) {
      // The screen is cleared; the program logs out by itself after a while.
      notice.value = words(toDeskError(reason))
    }
  }

  /** Clears the screen: everything that shows data hangs on who. */
  function end(why: string) {
    who.value = undefined
    notice.value = why
  }

  /** Tells that the user is there. */
  function touch() {
    active = true
  }

  async function ask() {
    if (!who.value) return
    const was = active
    active = false
    try {
      await desk.Whoami(was)
    } catch (reason) {
      active = was || active
      const fault = toDeskError(reason)
      if (endsSession(fault)) end(words(fault))
    }
  }

  return { desk, who: readonly(who), station: readonly(station), notice: readonly(notice), start, login, logout, end, touch, ask }
}

/** Whether a failure means that nobody is logged in here any more. */
export function endsSession(fault: DeskError): boolean {
  return fault.code === 'logged_out' || fault.code === 'no_seat'
}

function words(fault: DeskError): string {
  return fault.hint ? `${fault.message}。${fault.hint}` : fault.message
}

export function useSession(): Session {
  const session = inject(key)
  if (!session) throw new Error('no session above this component')
  return session
}
