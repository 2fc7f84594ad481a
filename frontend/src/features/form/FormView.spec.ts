import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { memoryDesk, sample } from '../../bridge/memory'
import { focused, press, settle, show, type } from '../../testing/harness'
import { handIn } from './values'

let desk: ReturnType<typeof memoryDesk>
let page: Awaited<ReturnType<typeof show>>

/** At the form of the item with groups, the card read, the card as the one material. */
beforeEach(async () => {
  desk = memoryDesk(sample(3))
  await desk.Login('陈晓', 'secret')
  Element.prototype.scrollIntoView ??= () => {}
  page = await show(desk)
  await settle()
  await press('F2')
  await type('gdbt')
  await press('Enter')
  await settle()
  await press('Enter')
  await settle()
})
afterEach(() => {
  page.unmount()
  document.body.innerHTML = ''
})
const rows = () => page.findAll('.group .row').length

describe('a form', () => {
  it('is filled first from the record, with the source until somebody types', async () => {
    expect(focused()).toBe('联系电话')
    expect((document.activeElement as HTMLInputElement).value).toBe('13800000000')
    expect(page.text()).toContain('来自人员登记，可改')
    await type('13900000000')
    expect(page.text()).not.toContain('来自人员登记')
  })
  it('goes through a group by Enter, digits and Ctrl+Enter', async () => {
    await press('Enter')
    expect(focused()).toBe('地块1 地块名称')
    await type('大田')
    await press('Enter')
    await type('２亩')
    await press('Enter')
    expect(focused()).toBe('地块1 种植情况')
    await press('2')
    await press('Enter')
    expect(focused()).toBe('地块1 原承包人')
    await type('李某')
    await press('Enter', { ctrlKey: true })
    expect(rows()).toBe(2)
    expect(focused()).toBe('地块2 地块名称')
    await type('坡地')
    await press('Enter')
    await type('1.5')
    await press('Enter')
    await press('1')
    await press('Enter')
    expect(focused()).toBe('再加一地块')
    const spy = vi.spyOn(desk, 'Accept')
    await press('F9')
    expect(spy.mock.calls[0]?.[0].form).toEqual({
      phone: '13800000000',
      plots: [{ name: '大田', area: '2', use: '流转种植', owner: '李某' }, { name: '坡地', area: '1.5', use: '自种' }],
    })
  })
  it('adds below with a digit, takes a row away and gives it back', async () => {
    await press('Enter')
    await type('大田')
    for (let i = 0; i < 3; i++) await press('Enter')
    expect(focused()).toBe('再加一地块')
    await press('1')
    expect(rows()).toBe(2)
    await press('Delete', { altKey: true })
    expect(rows()).toBe(1)
    expect(focused()).toBe('地块1 地块名称')
    await press('Delete', { altKey: true })
    expect(page.get<HTMLInputElement>('input[aria-label="地块1 地块名称"]').element.value).toBe('')
    page.get<HTMLElement>('.more').element.focus()
    await press('2')
    expect(page.get<HTMLInputElement>('input[aria-label="地块1 地块名称"]').element.value).toBe('大田')
    for (let i = 0; i < 4; i++) page.get<HTMLElement>('.more').element.focus(), await press('1')
    expect(rows()).toBe(3)
    expect(page.text()).toContain('最多 3 行')
  })
  it('leaves the keys of an input method alone', async () => {
    await press('Enter')
    for (const more of [{ isComposing: true }, { keyCode: 229 }]) {
      await press('Enter', { ctrlKey: true, ...more })
      await press('Enter', more)
    }
    expect(rows()).toBe(1)
    expect(focused()).toBe('地块1 地块名称')
  })
  it('tells what is wrong beside the box that was left, and all after an attempt', async () => {
    await press('Enter')
    await press('Enter')
    await type('两亩')
    await press('Enter')
    const cell = page.get('input[aria-label="地块1 面积"]')
    expect(cell.attributes('aria-invalid')).toBe('true')
    expect(page.findAll('.group .warn').map((w) => w.text())).toEqual(['不是数字。只填数字，如 12.5，不要写单位'])
    expect(page.get('.lacks').text()).toContain('地块第1行 面积有误')
    await page.get<HTMLInputElement>('input[aria-label="地块1 面积"]').setValue('2')
    expect(page.findAll('.group .warn')).toHaveLength(0)
  })
})

it('hands in only what applies', () => {
  const fields = [
    { name: 'a', label: 'A', kind: 'bool' },
    { name: 'g', label: 'G', kind: 'group', visible_when: { field: 'a', in: ['true'] }, rows: [{ name: 'x', label: 'X', kind: 'text' }] },
  ]
  expect(handIn(fields, { a: '是', g: [{ x: ' 1 ' }, { x: ' ' }] })).toEqual({ a: 'true', g: [{ x: '1' }] })
  expect(handIn(fields, { a: '否', g: [{ x: '1' }] })).toEqual({ a: 'false' })
})
