import { onActivated, onBeforeUnmount, onDeactivated, onMounted } from 'vue'

import { composing } from '../ui/keys'

/** Names of keys as the key map writes them: "F9", "Shift+F4". */
export type Hotkeys = Record<string, () => unknown>

/**
 * Listens for keys as long as the component is on the screen. An open dialog and an
 * input method that is composing keep all keys to themselves.
 */
export function useHotkeys(keys: Hotkeys) {
  function pressed(e: KeyboardEvent) {
    if (composing(e) || e.ctrlKey || e.altKey || e.metaKey) return
    const name = (e.shiftKey && e.key.length > 1 ? 'Shift+' : '') + e.key
    const act = keys[name]
    if (!act || document.querySelector('[aria-modal=true]')) return
    e.preventDefault() // F1, F3 and F7 mean something else to a browser
    act()
  }
  const on = () => window.addEventListener('keydown', pressed)
  const off = () => window.removeEventListener('keydown', pressed)
  onMounted(on) // adding twice is adding once
  onActivated(on)
  onDeactivated(off)
  onBeforeUnmount(off)
}
