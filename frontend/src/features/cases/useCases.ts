import { ref, shallowRef } from 'vue'

import type { CaseLine, CaseView, Desk } from '../../bridge'

/** Lines fetched at a time: some screens full, a few dozen kilobytes. */
export const pageSize = 100

/** The most that the program gives at once. */
const mostLines = 500

/** Called before the lines change; gives what is to be done after. */
type Place = () => () => void

/** The cases as a list that grows while somebody scrolls. */
export function useCases(desk: Desk, failed: (reason: unknown) => void) {
  const cases = shallowRef<CaseLine[]>([])
  const more = ref(false)
  const loading = ref(false)
  const filter = ref({ status: '', item: '', from: '', to: '' })
  let round = 0 // answers to an earlier question are dropped
  let following = false
  let owed: Place | undefined // somebody worked while lines were fetched: afterwards
  let asked = 0 // lines of this round that the program has given

  async function reload() {
    round++
    asked = 0
    loading.value = false
    await fetchPage(true)
  }

  async function loadMore() {
    if (more.value && !loading.value) await fetchPage(false)
  }

  /**
   * Asks again for as many lines as are listed, because others have worked. The list
   * stays as it is meanwhile: place is called just before the new lines stand in it,
   * and gives what to do just after.
   */
  async function follow(place: Place) {
    if (following || loading.value) return void (owed = place)
    const mine = round
    following = true
    const listed = Math.max(asked, pageSize)
    const last = cases.value.at(-1)?.number // new cases push it down: one page more is looked through for it
    const end = (lines: CaseLine[]) => lines.findIndex((c) => c.number === last)
    try {
      const fresh: CaseLine[] = []
      let rest = true
      while (rest && (fresh.length < listed || (fresh.length < listed + pageSize && end(fresh) < 0))) {
        const limit = fresh.length < listed ? Math.min(mostLines, listed - fresh.length) : pageSize
        const page = await desk.Cases({ ...filter.value, limit, offset: fresh.length })
        if (mine !== round) return // a new question shows what is new, too
        if (loading.value) return void (owed = place)
        fresh.push(...page.cases)
        rest = page.more && page.cases.length > 0
      }
      const whole = Math.max(listed, end(fresh) + 1)
      rest ||= fresh.length > whole
      fresh.splice(whole)
      const settle = place()
      asked = fresh.length
      more.value = rest
      cases.value = joined([], fresh)
      settle()
    } catch (reason) {
      if (mine === round) failed(reason)
    } finally {
      following = false
      payBack()
    }
  }

  function payBack() {
    const place = owed
    if (!place || following || loading.value) return
    owed = undefined
    void follow(place)
  }

  async function fetchPage(anew: boolean) {
    const mine = round
    loading.value = true
    try {
      const page = await desk.Cases({ ...filter.value, limit: pageSize, offset: asked })
      if (mine !== round) return
      asked += page.cases.length
      more.value = page.more
      cases.value = anew ? page.cases : joined(cases.value, page.cases)
    } catch (reason) {
      if (mine === round) failed(reason)
    } finally {
      if (mine === round) {
        loading.value = false
        payBack()
      }
    }
  }

  /** One case by its number; undefined, after a message, if there is none. */
  async function find(number: string): Promise<CaseView | undefined> {
    try {
      return await desk.Case(number)
    } catch (reason) {
      failed(reason)
      return undefined
    }
  }

  return { cases, more, loading, filter, reload, follow, loadMore, find }
}

// Cases accepted meanwhile push others to the next page; those are not shown twice.
function joined(have: CaseLine[], next: CaseLine[]): CaseLine[] {
  const known = new Set(have.map((c) => c.number))
  return [...have, ...next.filter((c) => !known.has(c.number) && known.add(c.number))]
}
