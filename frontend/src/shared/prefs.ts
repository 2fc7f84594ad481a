import { ref } from 'vue'

const name = 'onedoor_large'

/** Large type; kept on this PC, for whoever works at it. */
export const large = ref(localStorage.getItem(name) === '1')

export function toggleLarge() {
  large.value = !large.value
  localStorage.setItem(name, large.value ? '1' : '0')
  applyLarge()
}

/** Everything grows together, popups too. */
export function applyLarge() {
  document.documentElement.classList.toggle('large', large.value)
}
