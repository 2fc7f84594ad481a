import { ref, shallowRef } from 'vue'

import type { CaseLine, CaseView, Desk } from '../../bridge'

/** Lines fetched at a time: some screens full, a few dozen kilobytes. */
export const pageSize = 100

/** The cases as a list that grows while somebody scrolls. */
export function useCases(desk: Desk, failed: (reason: unknown) => void) {
  const cases = shallowRef<CaseLine[]>([])
  const more = ref(false)
  const loading = ref(false)
  const filter = ref({ status: '', item: '', from: '', to: '' })
  let round = 0 // answers to an earlier question are dropped
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
      if (mine === round) loading.value = false
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

  return { cases, more, loading, filter, reload, loadMore, find }
}

// Cases accepted meanwhile push others to the next page; those are not shown twice.
function joined(have: CaseLine[], next: CaseLine[]): CaseLine[] {
  const known = new Set(have.map((c) => c.number))
  return [...have, ...next.filter((c) => !known.has(c.number))]
}
