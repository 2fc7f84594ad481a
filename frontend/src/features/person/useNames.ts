import { onScopeDispose, ref, shallowRef } from 'vue'

import type { Desk, NameHit } from '../../bridge'

/** How long until an index that was not complete is asked again, in milliseconds. */
export const askAgain = 300

/** Whether what is typed is a number (of an ID card or a credit code) and no name. */
export const isNumber = (text: string) => /^\s*\d/.test(text) || (text.match(/\d/g)?.length ?? 0) >= 3

/** People found by name as it is typed. */
export function useNames(desk: Desk, failed: (reason: unknown) => void) {
  const hits = shallowRef<NameHit[]>([])
  const at = ref(0)
  const open = ref(false)
  const complete = ref(true)
  const waiting = ref(false) // for the answer to what is typed now
  let round = 0
  let again = 0
  let latest = Promise.resolve()

  async function fetchHits(text: string, mine: number, keep: boolean): Promise<void> {
    try {
      const found = await desk.FindByName(text)
      if (mine !== round) return // an answer to fewer letters
      hits.value = found.people
      complete.value = found.complete
      at.value = keep ? Math.min(at.value, Math.max(found.people.length - 1, 0)) : 0
      open.value = true
      if (!found.complete) again = window.setTimeout(() => (latest = fetchHits(text, mine, true)), askAgain)
    } catch (reason) {
      if (mine === round) failed(reason)
    } finally {
      if (mine === round) waiting.value = false
    }
  }

  function close() {
    round++
    clearTimeout(again)
    open.value = waiting.value = false
  }
  function search(text: string) {
    close()
    if (!text.trim() || isNumber(text)) return
    waiting.value = true
    latest = fetchHits(text, round, false)
  }
  const move = (by: number) => {
    const count = hits.value.length
    if (count > 0) at.value = (at.value + by + count) % count
  }
  onScopeDispose(close)
  /** Has the program sort the names meanwhile; what it says is not waited for. */
  const ready = () => void desk.FindByName('').catch(() => {})
  return { ready, hits, at, open, waiting, complete, search, close, move, settled: () => latest }
}
