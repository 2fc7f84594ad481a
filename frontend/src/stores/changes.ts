import { inject, onActivated, onBeforeUnmount, onDeactivated, onMounted, type InjectionKey } from 'vue'

import type { Seat } from '../bridge'

/** What the program tells by itself, for all that is on the screen. */
export type ChangeWatch = ReturnType<typeof createChanges>

const key: InjectionKey<ChangeWatch> = Symbol('changes')
export { key as changesKey }

type Ear = { topics: readonly string[]; hear: () => void }

/**
 * Made once for each login; start listens and gives the function that stops. heard is
 * told whether the program can be: if not, it may be gone, or another one.
 */
export function createChanges(seat: Seat, heard: (connected: boolean) => void) {
  const ears = new Set<Ear>()

  function start(): () => void {
    let was = true
    return seat.changes(
      (topics) => ears.forEach((e) => e.topics.some((t) => topics.includes(t)) && e.hear()),
      (connected) => {
        heard(connected)
        if (connected && !was) ears.forEach((e) => e.hear()) // what was missed is asked for
        was = connected
      },
    )
  }
  return { start, add: (e: Ear) => (ears.add(e), () => void ears.delete(e)) }
}

/** Least time between two runs of a handler, in milliseconds: a first sync tells much. */
export const changePause = 1000

/**
 * Runs a handler after a topic was told, as long as the component is in view; what
 * was told meanwhile is made up for when it comes back.
 */
export function useChanges(topics: readonly string[], run: () => void, watch = inject(key)) {
  if (!watch) throw new Error('no changes above this component')
  let shown = true
  let owed = false
  let timer = 0

  function hear() {
    owed = true
    if (!shown || timer) return
    owed = false
    run()
    timer = window.setTimeout(() => {
      timer = 0
      if (owed) hear()
    }, changePause)
  }
  let remove = () => {}
  onMounted(() => (remove = watch.add({ topics, hear })))
  onActivated(() => {
    shown = true
    if (owed) hear()
  })
  onDeactivated(() => (shown = false))
  onBeforeUnmount(() => {
    remove()
    window.clearTimeout(timer)
  })
}
