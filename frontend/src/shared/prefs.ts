import { ref } from 'vue'

const name = 'onedoor_large'

/** Large type; kept on this PC, for whoever works at it. */
export const large = ref(localStorage.getItem(name) === '1')

/** Whether somebody has chosen in this browser. */
export const remembered = () => localStorage.getItem(name) !== null

export function setLarge(to: boolean) {
  large.value = to
  localStorage.setItem(name, to ? '1' : '0')
  applyLarge()
}

export const toggleLarge = () => setLarge(!large.value)

/** Everything grows together, popups too. */
export function applyLarge() {
  document.documentElement.classList.toggle('large', large.value)
}
