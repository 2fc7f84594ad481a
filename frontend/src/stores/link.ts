import { defineStore, storeToRefs } from 'pinia'
import { computed, ref, shallowRef } from 'vue'

import type { LinkState } from '../bridge'
import { minute } from '../shared/format'
import { useDesk } from './desk'

/** Sync as this PC sees it; undefined until first told. */
const useLinkStore = defineStore('sync', () => {
  const desk = useDesk()
  const state = shallowRef<LinkState>()
  const up = ref(true) // the program can be heard

  async function ask() {
    try {
      state.value = await desk.Link()
    } catch {
      // a program that is gone is noticed by its silence
    }
  }
  const heard = (connected: boolean) => void (up.value = connected)

  /** In words that a clerk understands. */
  const words = computed(() => {
    if (!up.value) return { tone: 'bad' as const, text: '程序没有回应', short: '程序没有回应' }
    if (!state.value) return { tone: 'off' as const, text: '……', short: '……' }
    return linkWords(state.value)
  })
  return { state, up, words, ask, heard }
})

/** What is said of the link, and what of it the head line has room for: never less than what is unsent. */
export function linkWords(s: LinkState): { tone: 'good' | 'off' | 'bad'; text: string; short: string } {
  const peers = s.roads.flatMap((r) => r.peers)
  const unsent = s.above && s.backlog.cases > 0 ? `，${s.backlog.cases} 件未送出` : ''
  const same = (tone: 'good' | 'off', text: string) => ({ tone, text, short: text })
  if (peers.some((p) => p.connected)) return same(unsent ? 'off' : 'good', `已联网${unsent}`)
  if (!s.above) return same('good', '没有设备连接')
  const last = peers.map((p) => p.last_contact).filter(Boolean).sort().at(-1)
  const text = last ? `未联网，上次联系 ${minute(last)}${unsent}` : `未联网，办件先存在本机${unsent}`
  return { tone: 'off', text, short: unsent ? `未联网${unsent}` : last ? `未联网，上次 ${minute(last).slice(5)}` : '未联网' }
}

export function useLinkState() {
  const store = useLinkStore()
  return { ...storeToRefs(store), ask: store.ask, heard: store.heard }
}
