import { shallowRef } from 'vue'

import type { Desk } from '../bridge'

/** Which of the shown cases are not with a superior yet. What cannot be asked is not claimed. */
export function useUnsent(desk: Desk) {
  const unsent = shallowRef<ReadonlySet<string>>(new Set())
  const most = 500
  let round = 0 // what was said to an earlier question is out of date

  async function ask(numbers: readonly string[]) {
    const mine = ++round
    const found = new Set<string>()
    try {
      for (let at = 0; at < numbers.length; at += most) {
        for (const n of await desk.Unsent({ numbers: numbers.slice(at, at + most) })) found.add(n)
      }
      if (mine === round) unsent.value = found
    } catch {
      // the page that lists them tells of a program that does not answer
    }
  }
  return { unsent, ask }
}
