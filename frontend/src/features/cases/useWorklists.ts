import { shallowRef } from 'vue'

import type { Desk } from '../../bridge'

/** How a list of cases is narrowed. */
export interface Filter {
  status: string
  item: string
  from: string
  to: string
}

interface Kept {
  v: 1
  last?: Filter
  lists: { name: string; filter: Filter }[]
}

const most = 8

/** A user's own lists, kept sealed on this PC: filters with names, and the one used last. */
export function useWorklists(desk: Desk) {
  const lists = shallowRef<Kept['lists']>([])
  let last: Filter | undefined

  let saved: Promise<unknown> = Promise.resolve() // one after the other: the last one stands

  // Not being able to keep a filter is no reason to disturb anybody's work.
  function save() {
    const text = JSON.stringify({ v: 1, last, lists: lists.value } satisfies Kept)
    saved = saved.then(() => desk.SaveOwn(text)).catch(() => {})
  }

  /** Gives the filter that the user left with. */
  async function restore(): Promise<Partial<Filter>> {
    try {
      const kept = JSON.parse((await desk.Own()) || '{}') as Partial<Kept>
      if (kept.v !== 1) return {}
      lists.value = kept.lists ?? []
      return (last = kept.last) ?? {}
    } catch {
      return {}
    }
  }
  function remember(filter: Filter) {
    last = { ...filter }
    save()
  }
  function keep(name: string, filter: Filter) {
    const one = { name: name.trim(), filter: { ...filter } }
    lists.value = [...lists.value.filter((l) => l.name !== one.name), one].slice(-most)
    save()
  }
  function drop(name: string) {
    lists.value = lists.value.filter((l) => l.name !== name)
    save()
  }
  return { lists, restore, remember, keep, drop }
}
