import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { caseNumberIn, watchScanner } from './scanner'

const number = '440604011001202611200100015'

// OD1: and base 32, as forms/document/sign writes it: length, number, more.
function qr(text: string): string {
  const bytes = [text.length, ...new TextEncoder().encode(text), 10, 97, 99, 99]
  let bits = ''
  for (const b of bytes) bits += b.toString(2).padStart(8, '0')
  const letters = bits.match(/.{1,5}/g) ?? []
  return 'OD1:' + letters.map((l) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[parseInt(l.padEnd(5, '0'), 2)]).join('')
}

describe('caseNumberIn', () => {
  it.each([number, ` ${number}\n`, '440604011001-20261120-01-0001-5', qr(number), qr(number).toLowerCase()])('finds it in %o', (text) =>
    expect(caseNumberIn(text)).toBe(number),
  )
  it.each(['', '6901234567892', 'OD1:', 'OD1:AAAA', 'OD2:' + qr(number).slice(4), qr('short'), 'hello'])('finds none in %o', (text) =>
    expect(caseNumberIn(text)).toBeUndefined(),
  )
})

describe('watchScanner', () => {
  const found = vi.fn()
  let stop: () => void
  let now = 1000

  function key(key: string, gap: number) {
    now += gap
    const e = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true })
    Object.defineProperty(e, 'timeStamp', { value: now })
    const at = document.activeElement ?? document.body
    if (at.dispatchEvent(e) && at instanceof HTMLInputElement && key.length === 1) at.value += key
  }
  function scan(text: string, gap: number) {
    now += 1000
    for (const c of text) key(c, gap)
    key('Enter', gap)
  }
  beforeEach(() => {
    found.mockReset()
    document.body.innerHTML = '<input><div id="list" tabindex="0"></div>'
    stop = watchScanner(window, found)
  })
  afterEach(() => stop())

  it('opens what a gun types into a field, and takes it out again', () => {
    const input = document.querySelector('input')!
    input.value = '王'
    input.focus()
    scan(number, 5)
    expect(found).toHaveBeenCalledWith(number, number)
    expect(input.value).toBe('王')
  })
  it('leaves what a person types', () => {
    const input = document.querySelector('input')!
    input.focus()
    scan(number, 90)
    expect(found).not.toHaveBeenCalled()
    expect(input.value).toBe(number)
  })
  it('keeps the keys of a gun from lists, and gives back those of a person', async () => {
    const list = document.querySelector<HTMLElement>('#list')!
    const keys: string[] = []
    list.addEventListener('keydown', (e) => keys.push(e.key))
    list.focus()
    scan(number, 5)
    expect(found).toHaveBeenCalledTimes(1)
    expect(keys).toEqual([])
    now += 500
    key('2', 500)
    await new Promise((resolve) => setTimeout(resolve, 80))
    expect(keys).toEqual(['2'])
    key('3', 500)
    key('F9', 5)
    expect(keys).toEqual(['2', '3', 'F9'])
    key('4', 500)
    list.dispatchEvent(new KeyboardEvent('keydown', { key: 'Control', ctrlKey: true, bubbles: true }))
    expect(keys).toEqual(['2', '3', 'F9', '4', 'Control'])
  })
})
