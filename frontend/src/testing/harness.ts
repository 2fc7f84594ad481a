import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { createPinia } from 'pinia'
import { vi } from 'vitest'

import App from '../App.vue'
import type { Seat } from '../bridge'
import { burstGap } from '../shared/scanner'
import { deskKey } from '../stores/desk'

/** Height that every element claims to have: happy-dom does no layout. */
export const viewHeight = 360

/** Shows the whole program over a Seat, in the document, so that focus works. */
export async function show(desk: Seat): Promise<VueWrapper> {
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(viewHeight)
  await import('../frame/Shell.vue') // the login's background work, done
  const wrapper = mount(App, { global: { plugins: [createPinia()], provide: { [deskKey as symbol]: desk } }, attachTo: document.body })
  await settle()
  return wrapper
}

/** Waits until everything that was set going has been drawn. */
export async function settle() {
  await flushPromises()
  await flushPromises()
}

/** Presses a key where the focus is. */
export async function press(key: string, more: KeyboardEventInit = {}) {
  const at = document.activeElement ?? document.body
  at.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }))
  // Letters outside a field wait until they are known not to be a scanner's.
  if (key.length === 1) await new Promise((resolve) => setTimeout(resolve, burstGap + 10))
  await settle()
}

/** Types into the focused input, in place of what it holds. */
export async function type(text: string) {
  const input = document.activeElement
  if (!(input instanceof HTMLInputElement)) throw new Error('no input has the focus')
  input.value = text
  input.dispatchEvent(new Event('input', { bubbles: true }))
  await settle()
}

/** The name of the element that has the focus. */
export function focused(): string {
  return document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.tagName ?? ''
}

/** Types as a barcode gun does, with Enter at the end: fast by its own clock, however slow this machine is. */
export async function burst(text: string) {
  let now = performance.now() + 10 * burstGap
  for (const key of [...text, 'Enter']) {
    const at = document.activeElement ?? document.body
    if (at instanceof HTMLInputElement && key !== 'Enter') {
      at.value += key
      at.dispatchEvent(new Event('input', { bubbles: true }))
    }
    const e = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true })
    Object.defineProperty(e, 'timeStamp', { value: (now += 5) })
    at.dispatchEvent(e)
  }
  await settle()
  await settle()
}
