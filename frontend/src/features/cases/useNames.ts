import { onScopeDispose, shallowRef } from 'vue'

import type { Desk } from '../../bridge'

/** Most names that the program opens at once. */
const most = 100

/**
 * Names of the applicants of the cases in view: each is sealed, so that only those are
 * opened that somebody sees. What cannot be asked stays empty.
 */
export function useNames(desk: Desk) {
  const names = shallowRef<ReadonlyMap<string, string>>(new Map())
  let wanted = new Set<string>()
  let timer = 0

  function show(numbers: readonly string[]) {
    for (const n of numbers) if (!names.value.has(n)) wanted.add(n)
    if (wanted.size > 0 && !timer) timer = window.setTimeout(() => void fetchNames(), 0)
  }
  async function fetchNames() {
    const asked = [...wanted].slice(-most) // who scrolls far sees the last of them
    wanted = new Set()
    try {
      const found = await desk.Applicants({ numbers: asked })
      names.value = new Map([...names.value, ...asked.map((n, i) => [n, found[i] ?? ''] as const)])
    } catch {
      // the list tells of a program that does not answer
    } finally {
      timer = 0
      if (wanted.size > 0) show([])
    }
  }
  onScopeDispose(() => window.clearTimeout(timer))
  return { names, show }
}
