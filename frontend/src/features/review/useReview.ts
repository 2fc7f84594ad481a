import { computed, ref, shallowRef } from 'vue'

import { toDeskError, type Desk, type ReviewLine, type WithheldDevice, type WithheldThing } from '../../bridge'

/** What is to be admitted of a device: all, or one thing with its applicant's record. */
export interface Part {
  thing?: WithheldThing
  ops: number
  cases: number
  people: number
}

/** A thing as it was looked at: with one act more it has not been. */
export const seenAs = (t: WithheldThing) => `${t.id} ${t.acts.map((a) => a.op).join(' ')}`

/** The things that are admitted with one, itself among them. */
export const together = (things: readonly WithheldThing[], one: WithheldThing) => things.filter((t) => t.id === one.id || t.id === one.applicant)

export function partOf(d: WithheldDevice, thing?: WithheldThing): Part {
  if (!thing) return { ops: d.ops, cases: d.cases, people: d.people }
  const all = together(d.things, thing)
  const cases = all.filter((t) => t.type === 'case').length
  return { thing, ops: all.reduce((n, t) => n + t.acts.length, 0), cases, people: all.length - cases }
}

/** What somebody has to see to, and what revoked devices said that waits for a supervisor. */
export function useReview(desk: Desk, failed: (reason: unknown) => void) {
  const lines = shallowRef<ReviewLine[]>([])
  const devices = shallowRef<WithheldDevice[]>([])
  const looked = ref(new Set<string>()) // things whose acts were opened, as seenAs has them
  const loading = ref(false)
  const said = ref('')
  const fault = ref('')
  const busy = ref(false)
  let round = 0

  async function load() {
    const mine = ++round
    loading.value = true
    try {
      const [reviews, withheld] = await Promise.all([desk.Reviews(), desk.Withheld()])
      if (mine !== round) return // somebody asked again meanwhile
      // What has no effect at all is listed with its device, and nothing can be done about it here.
      const above = new Set(withheld.flatMap((d) => d.things.filter((t) => !t.stands).map((t) => t.id)))
      lines.value = reviews.filter((l) => !above.has(l.id) && (!l.kinds.includes('withheld') || l.kinds.length > 1))
      devices.value = withheld
    } catch (reason) {
      failed(reason)
    } finally {
      if (mine === round) loading.value = false
    }
  }

  const unseen = (d: WithheldDevice) => d.things.filter((t) => !looked.value.has(seenAs(t))).length
  const look = (t: WithheldThing) => (looked.value = new Set(looked.value).add(seenAs(t)))

  /** Admits what was shown, and nothing that came in since. Gives whether it did. */
  async function admit(d: WithheldDevice, part: Part, opinion: string): Promise<boolean> {
    if (busy.value) return false
    fault.value = ''
    if (!opinion.trim()) {
      fault.value = '认可必须写明理由，例如怎样核实的'
      return false
    }
    busy.value = true
    try {
      const done = await desk.Admit({ device: d.device, expect: part.ops, opinion, ...(part.thing && { thing: part.thing.id }) })
      const counts = [`${done.ops} 条操作`, done.cases > 0 && `${done.cases} 件办件`, done.people > 0 && `${done.people} 条人员登记`].filter(Boolean).join('，')
      said.value = `已认可 ${done.name}：${counts}，从现在起生效`
      await load()
      return true
    } catch (reason) {
      const e = toDeskError(reason)
      fault.value = [e.message, e.hint].filter(Boolean).join('。')
      await load() // what is new is shown, to be looked at
      return false
    } finally {
      busy.value = false
    }
  }

  const nothing = computed(() => !loading.value && lines.value.length === 0 && devices.value.length === 0)
  return { lines, devices, loading, said, fault, busy, nothing, load, look, looked, unseen, admit }
}
