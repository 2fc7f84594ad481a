import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import { memoryDesk, sample } from '../../bridge/memory'
import { focused, press, settle, show, type } from '../../testing/harness'
import { askAgain } from './useNames'

const made = sample(3)
let desk: ReturnType<typeof memoryDesk>
let page: Awaited<ReturnType<typeof show>>
const list = () => page.find('.hits')

beforeEach(async () => {
  desk = memoryDesk(made)
  await desk.Login('陈晓', 'secret')
  page = await show(desk)
  await press('F6')
})
afterEach(() => page.unmount())

it('finds a person by the initials of the name, with keys alone', async () => {
  expect(focused()).toBe('证件号码')
  await type('lyh')
  expect(list().text()).toContain('李䶮𠅤')
  expect(list().text()).toContain('440604********0027')
  await press('Enter')
  expect(list().exists()).toBe(false)
  expect(page.get('.facts').text()).toContain('李䶮𠅤')
  expect(page.get('.facts').text()).toContain('打印“我的办件”请读卡或输入证件号码')
})
it('says that nobody is found, and closes by Esc', async () => {
  await type('没有这个人')
  expect(list().text()).toContain('没有找到')
  await press('Escape')
  expect(list().exists()).toBe(false)
})
it('does not take a number for a name', async () => {
  const spy = vi.spyOn(desk, 'FindByName')
  await type('440604195202290027')
  expect(spy).not.toHaveBeenCalled()
  await press('Enter')
  expect(page.get('.facts').text()).toContain('李䶮𠅤')
})
it('says while the names are still being sorted, and asks again by itself', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    const spy = vi.spyOn(desk, 'FindByName').mockResolvedValueOnce({ people: [], complete: false, known: 0 })
    await type('李')
    expect(list().text()).toContain('结果还不全')
    vi.advanceTimersByTime(askAgain)
    await settle()
    expect(spy).toHaveBeenCalledTimes(2)
    expect(list().text()).toContain('李䶮𠅤')
  } finally {
    vi.useRealTimers()
  }
})
