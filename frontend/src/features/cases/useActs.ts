import { computed, ref, type ShallowRef } from 'vue'

import { toDeskError, type CaseView, type Desk } from '../../bridge'
import { about, chinese } from '../../shared/format'
import { actsOf, type Act } from '../../shared/words'

/** The next steps of an open case. */
export function useActs(desk: Desk, roles: () => readonly string[], view: Readonly<ShallowRef<CaseView>>, changed: (view: CaseView) => void) {
  const acts = computed(() => actsOf(view.value.next_verbs, roles(), view.value.status))
  const asked = ref<Act>()
  const opinion = ref('')
  const choose = ref('')
  const to = ref('') // whom a case is handed to; "" leaves it to the rules
  const fault = ref('')
  const busy = ref(false)

  function ask(act: Act | undefined) {
    if (!act) return
    asked.value = act
    opinion.value = choose.value = to.value = fault.value = ''
  }

  /** Does what was asked; stays open, with the reason, when it was refused. */
  async function confirm() {
    const act = asked.value
    if (!act || busy.value) return
    if (act.needsOpinion && !opinion.value.trim()) {
      fault.value = `${act.name}必须写明原因`
      return
    }
    busy.value = true
    try {
      changed(await desk.Act({ number: view.value.number, verb: act.verb, opinion: opinion.value, to: act.verb === 'handover' ? to.value : '', choose: choose.value }))
      asked.value = undefined
    } catch (reason) {
      const e = toDeskError(reason)
      fault.value = [e.message, e.hint, ...e.details.map((p) => `${about(p.where)}：${chinese(p.what)}`)].filter(Boolean).join('。')
    } finally {
      busy.value = false
    }
  }

  return { acts, asked, opinion, choose, to, fault, busy, ask, confirm }
}
