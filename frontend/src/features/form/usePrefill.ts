// First values of a form, from the card, the person's record and earlier cases. What
// the clerk has typed is never written over, and a source is named only as long as
// its value stands.
import { computed, shallowRef } from 'vue'

import type { Desk, Item } from '../../bridge'
import { isEmpty, taken, type FormValues } from './values'

export function usePrefill(desk: Desk, sheet: { form: FormValues }) {
  const given = shallowRef<Record<string, { text: string; from: string }>>({})
  let asked = 0

  const stands = (name: string) => given.value[name] !== undefined && given.value[name]?.text === JSON.stringify(sheet.form[name])
  const sources = computed(() =>
    Object.fromEntries(Object.entries(given.value).flatMap(([name, g]) => (stands(name) ? [[name, g.from]] : []))),
  )

  /** Asks anew for an item and an applicant. A failure fills nothing in: typing still works. */
  async function fill(item: Item | undefined, card: string, number: string) {
    const mine = ++asked
    if (!item?.fields?.some((f) => f.prefill?.length)) return
    const found = await desk.Prefill({ item: item.code, card, number }).catch(() => [])
    if (mine !== asked) return // another applicant or item since
    const form = { ...sheet.form }
    // Values of the applicant before go, unless somebody has changed them.
    for (const name of Object.keys(given.value)) if (stands(name)) delete form[name]
    const next: typeof given.value = {}
    for (const v of found) {
      const f = item.fields.find((o) => o.name === v.field)
      const value = f && taken(f, v.value)
      if (value === undefined || !isEmpty(form[v.field])) continue
      form[v.field] = value
      next[v.field] = { text: JSON.stringify(value), from: v.from }
    }
    sheet.form = form
    given.value = next
  }

  function forget() {
    asked++
    given.value = {}
  }

  return { sources, fill, forget }
}
