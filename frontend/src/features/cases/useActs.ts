import { computed, ref, type ShallowRef } from 'vue'

import type { CaseView, TaskView, TimelineLine } from '../../bridge'
import { actsOf, type Act } from '../../shared/words'

/** Letting an act count again that another was preferred to. */
export const restoreOf = (line: TimelineLine): Act => ({
  verb: 'restore',
  name: `恢复“${line.verb_name}”`,
  consequence: '恢复后以这一步为准，办件的状态随之改变；原来的记录不会丢失。',
})

/** Marking something as seen to. */
export const seenTo = (task: TaskView): Act => ({ verb: 'note', name: '标为已处理', needsOpinion: true, effect: `“${task.name}”将从待处理中去掉，写下的内容留在“经过”里。` })

/** The next steps of an open case, and the one that is asked about. */
export function useActs(roles: () => readonly string[], view: Readonly<ShallowRef<CaseView>>) {
  const acts = computed(() => actsOf(view.value.next_verbs, roles(), view.value.status))
  const asked = ref<Act>()
  const chosen = ref('') // the op of the timeline that the act is about
  const ask = (act: Act | undefined, op = '') => {
    if (!act) return
    asked.value = act
    chosen.value = op
  }
  return { acts, asked, chosen, ask }
}
