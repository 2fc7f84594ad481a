import { defineStore, storeToRefs } from 'pinia'
import { shallowRef } from 'vue'

import type { Health } from '../bridge'
import { useDesk } from './desk'

/** How this PC is: clock, disk, versions. */
const useDeviceStore = defineStore('device', () => {
  const desk = useDesk()
  const health = shallowRef<Health>()

  /** Asks the program; what was known is forgotten when it cannot say. */
  async function look() {
    try {
      health.value = await desk.Health()
    } catch (reason) {
      health.value = undefined
      throw reason
    }
  }
  return { health, look }
})

export function useDevice() {
  const store = useDeviceStore()
  return { health: storeToRefs(store).health, look: store.look }
}
