import { computed, inject, onBeforeUnmount, onMounted, ref, shallowRef, type InjectionKey } from 'vue'

import type { Desk, LinkState } from '../bridge'
import { minute } from '../shared/format'

/** How often the state of the link is asked for, in milliseconds. */
export const linkEvery = 10_000

export type LinkWatch = ReturnType<typeof useLink>
const key: InjectionKey<LinkWatch> = Symbol('link')
export { key as linkKey }

/** The link in words that a clerk understands; undefined until first told. */
export function useLink(desk: Desk) {
  const state = shallowRef<LinkState>()
  const lost = ref(false) // the program itself does not answer
  let timer = 0

  async function ask() {
    try {
      state.value = await desk.Link()
      lost.value = false
    } catch {
      lost.value = true
    }
  }
  onMounted(() => {
    void ask()
    timer = window.setInterval(() => void ask(), linkEvery)
  })
  onBeforeUnmount(() => window.clearInterval(timer))

  const words = computed(() => {
    if (lost.value) return { tone: 'bad', text: '程序没有回应' }
    if (!state.value) return { tone: 'off', text: '……' }
    return linkWords(state.value)
  })
  return { state, words, ask }
}

/** What the head line says of the link. */
export function linkWords(s: LinkState): { tone: 'good' | 'off' | 'bad'; text: string } {
  if (s.peers.some((p) => p.connected)) return { tone: 'good', text: '已联网' }
  const last = s.peers.map((p) => p.last_contact).filter(Boolean).sort().at(-1)
  return { tone: 'off', text: last ? `未联网，上次联系 ${minute(last)}` : '未联网，办件先存在本机' }
}

export function useLinkState(): LinkWatch {
  const link = inject(key)
  if (!link) throw new Error('no link above this component')
  return link
}
