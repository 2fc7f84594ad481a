import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import { DeskError } from '../../bridge'
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
it('a list that was closed is shown before Enter chooses from it', async () => {
  await type('lyh')
  await press('Escape')
  await press('Enter')
  expect(list().exists()).toBe(true)
  expect(page.find('.facts').exists()).toBe(false)
})
it('drops the answer to a number that was replaced, and prints for whom it shows', async () => {
  const [found] = await desk.FindPerson('440604195202290027')
  let late: (people: NonNullable<typeof found>[]) => void = () => {}
  vi.spyOn(desk, 'FindPerson').mockReturnValueOnce(new Promise((resolve) => (late = resolve)))
  await type('44060419900307201X')
  await press('Enter')
  await type('440604195202290027')
  await press('Enter')
  late([{ ...found!, id: '2', name: '别人' }])
  await settle()
  expect(page.get('.facts h2').text()).toContain('李䶮𠅤')
  const print = vi.spyOn(desk, 'PrintPaper')
  await page.findAll('button').find((b) => b.text().includes('我的办件'))?.trigger('click')
  expect(print.mock.calls[0]?.[0]).toMatchObject({ person: '440604195202290027' })
})
it('begins with the first case of each person, and lists all earlier values without losing the focus', async () => {
  await type('440604195202290027')
  await press('Enter')
  const cases = page.get<HTMLElement>('[role=listbox][aria-label^=这个人的办件]')
  cases.element.focus()
  await press('ArrowDown')
  expect(cases.findAll('[role=option]')[1]?.attributes('aria-selected')).toBe('true')
  const [other] = await desk.FindPerson('440604195202290027')
  const address = structuredClone(other!.values[1]!)
  address.others = Array.from({ length: 5 }, (_, i) => ({ ...address.others[0]!, op: `o${i}`, value: `旧街 ${i} 号` }))
  vi.spyOn(desk, 'FindPerson').mockResolvedValueOnce([{ ...other!, id: '9', values: [address] }])
  page.get<HTMLInputElement>('input[aria-label=证件号码]').element.focus()
  await press('Enter')
  expect(page.findAll('[role=listbox][aria-label^=这个人的办件] [role=option]')[0]?.attributes('aria-selected')).toBe('true')
  const all = page.findAll('button').find((b) => b.text().includes('全部列出'))
  ;(all?.element as HTMLElement).focus()
  await all?.trigger('click')
  await settle()
  expect(page.findAll('.values .old').length).toBe(5)
  expect(document.activeElement).not.toBe(document.body)
})
it('says that it waits for a card, and Esc ends that', async () => {
  let late: (reason: unknown) => void = () => {}
  vi.spyOn(desk, 'ReadCard').mockReturnValueOnce(new Promise((_, reject) => (late = reject)))
  const cancel = vi.spyOn(desk, 'CancelCard')
  await page.findAll('button').find((b) => b.text() === '读卡查询')?.trigger('click')
  await settle()
  expect(page.text()).toContain('请把身份证放在读卡器上')
  await press('Escape')
  expect(cancel).toHaveBeenCalledTimes(1)
  late(new DeskError('cancelled', '已停止', ''))
  await settle()
  expect(page.text()).not.toContain('请把身份证放在读卡器上')
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

it('a supervisor says how a record was checked; what came in since is not meant', async () => {
  const mark = { what: '登记（手工录入）：联系电话', actor: '王小兰', device: '纯阳社区 2 号窗口', at: '2026-11-20T09:30:00+08:00' }
  const [base] = await desk.FindPerson('440604195202290027')
  const marked = { ...base!, may_see: true, reviews: [{ op: 'a1', ...mark }] }
  vi.spyOn(desk, 'FindPerson').mockResolvedValueOnce([marked])
  const seen = vi.spyOn(desk, 'SeenPerson')
  await type('440604195202290027')
  await press('Enter')
  const part = () => page.get('.reviews')
  expect(part().text()).toContain('待复核 登记（手工录入）：联系电话')
  await part().get('button').trigger('click')
  await settle()
  expect(focused()).toBe('怎样核实的')
  await press('Enter')
  expect(seen).not.toHaveBeenCalled()
  expect(document.querySelector('[role=alertdialog]')?.textContent).toContain('请写明怎样核实的')
  await type('电话核对过')
  seen.mockRejectedValueOnce(new DeskError('invalid', '这个人没有待复核的登记', '重新打开看一看'))
  await press('Enter')
  expect(document.querySelector('[role=alertdialog]')?.textContent).toContain('重新打开看一看')
  const note = { op: 'b1', text: '电话核对过', actor: '孙主管', device: mark.device, at: mark.at }
  seen.mockResolvedValueOnce({ ...marked, reviews: [], notes: [note] })
  await press('Enter')
  expect(seen.mock.lastCall?.[0]).toEqual({ person: marked.id, ops: ['a1'], text: '电话核对过' })
  expect(part().text()).toContain('已核实：“电话核对过”')
  expect(part().text()).not.toContain('待复核')
  expect(document.activeElement).not.toBe(document.body)
})
it('a clerk sees the mark and cannot take it off', async () => {
  const [base] = await desk.FindPerson('440604195202290027')
  vi.spyOn(desk, 'FindPerson').mockResolvedValueOnce([
    { ...base!, reviews: [{ op: 'a1', what: '恢复：住址', actor: '王小兰', device: '', at: '2026-11-20T09:30:00+08:00' }] },
  ])
  await type('440604195202290027')
  await press('Enter')
  expect(page.get('.reviews').text()).toContain('由主管核实')
  expect(page.find('.reviews button').exists()).toBe(false)
})
