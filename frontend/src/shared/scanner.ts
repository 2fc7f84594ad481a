// A barcode or QR gun types what it reads, far faster than anybody, and ends with
// Enter. This finds such a burst wherever the focus is, takes it out of the field
// into which it went, and gives the case number in it.

import { composing } from '../ui/keys'

/** Longest time between two keys of a gun, in milliseconds. Fast typists need 60. */
export const burstGap = 40
const shortest = 12

const number = /^\d{20}[0-9A-Z]{2}\d{4,10}[0-9A-Z]$/
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** The case number in a scanned text: a bare number, or the QR code of a paper. */
export function caseNumberIn(text: string): string | undefined {
  const plain = text.trim().toUpperCase().replace(/[\s-]/g, '')
  if (number.test(plain)) return plain
  // "OD1:" and base 32 of: length of the number, the number, and more (forms/document/sign).
  if (!plain.startsWith('OD1:')) return undefined
  const bytes = base32(plain.slice(4), 65)
  const length = bytes[0] ?? 0
  const found = String.fromCharCode(...bytes.slice(1, 1 + length))
  return length > 0 && found.length === length && number.test(found) ? found : undefined
}

function base32(text: string, most: number): number[] {
  const out: number[] = []
  let bits = 0
  let have = 0
  for (const c of text) {
    const value = alphabet.indexOf(c)
    if (value < 0 || out.length >= most) break
    bits = ((bits << 5) | value) & 0xfff
    have += 5
    if (have >= 8) {
      have -= 8
      out.push((bits >> have) & 0xff)
    }
  }
  return out
}

type TextField = HTMLInputElement | HTMLTextAreaElement

/** Watches a document; gives the function that stops it. */
export function watchScanner(target: Window, found: (caseNumber: string, text: string) => void): () => void {
  let text = ''
  let last = 0
  let field: TextField | undefined
  let before = ''
  let held: KeyboardEvent[] = [] // keys kept from lists and buttons until they are known not to be a gun's
  let timer = 0
  const own = new WeakSet<Event>()

  function release() {
    for (const e of held.splice(0)) {
      const again = new KeyboardEvent('keydown', { key: e.key, code: e.code, shiftKey: e.shiftKey, bubbles: true, cancelable: true })
      own.add(again)
      ;(target.document.activeElement ?? target.document.body).dispatchEvent(again)
    }
  }

  function start() {
    const at = target.document.activeElement
    field = at instanceof HTMLInputElement || at instanceof HTMLTextAreaElement ? at : undefined
    before = field?.value ?? ''
    text = ''
  }

  function pressed(e: KeyboardEvent) {
    if (own.has(e) || composing(e) || e.key === 'Shift') return
    if (e.ctrlKey || e.altKey || e.metaKey) {
      // No gun's key; what was pressed before it comes before it.
      text = ''
      target.clearTimeout(timer)
      return release()
    }
    const gap = e.timeStamp - last
    last = e.timeStamp
    if (e.key === 'Enter') return ended(e, gap)
    if (e.key.length !== 1) {
      text = ''
      target.clearTimeout(timer)
      return release() // what was pressed before it comes before it
    }
    if (text === '' || gap > burstGap) start()
    text += e.key
    // A button minds no digits, and a key given back would not press it.
    if (field || target.document.activeElement instanceof HTMLButtonElement) return
    e.preventDefault()
    e.stopImmediatePropagation()
    held.push(e)
    target.clearTimeout(timer)
    timer = target.setTimeout(release, burstGap)
  }

  function ended(e: KeyboardEvent, gap: number) {
    const whole = text
    const scanned = gap <= burstGap && whole.length >= shortest ? (caseNumberIn(whole) ?? (whole.startsWith('OD1:') ? '' : undefined)) : undefined
    text = ''
    target.clearTimeout(timer)
    if (scanned === undefined) return release()
    held = []
    e.preventDefault()
    e.stopImmediatePropagation()
    if (field) {
      field.value = before
      field.dispatchEvent(new Event('input', { bubbles: true }))
    }
    found(scanned, whole)
  }

  target.addEventListener('keydown', pressed, true)
  return () => {
    target.clearTimeout(timer)
    target.removeEventListener('keydown', pressed, true)
  }
}
