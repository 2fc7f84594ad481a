import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { DeskError } from '../../bridge'
import { memoryDesk, sample } from '../../bridge/memory'
import { focused, press, settle, show, type, viewHeight } from '../../testing/harness'
import { pageSize } from './useCases'

const made = sample(1000)
const visible = viewHeight / 36
let desk: ReturnType<typeof memoryDesk>
let page: Awaited<ReturnType<typeof show>>

async function open(cases = made.cases) {
  desk = memoryDesk({ users: made.users, cases })
  await desk.Login('陈晓', 'secret')
}
async function list() {
  page = await show(desk)
  await press('F3')
}
const rows = () => page.findAll('[role=option]')
const current = () => page.get('[aria-selected=true] .number').text()

beforeEach(() => open())
afterEach(() => page.unmount())

describe('the list of cases', () => {
  it('draws the rows in view and a few more, however many there are', async () => {
    await list()
    expect(rows().length).toBeGreaterThanOrEqual(visible)
    expect(rows().length).toBeLessThanOrEqual(visible + 6)
    expect(rows()[0]?.text()).toContain(made.cases[0]?.number)
    expect(rows()[0]?.text()).toContain('已受理')
    expect(rows()[0]?.text()).toContain('2026-11-20 09:30')
  })
  it('has the focus and moves by keys', async () => {
    await list()
    expect(focused()).toContain('办件列表')
    await press('ArrowDown')
    await press('ArrowDown')
    await press('ArrowUp')
    expect(current()).toBe(made.cases[1]?.number)
    await press('PageDown')
    expect(current()).toBe(made.cases[visible]?.number)
    await press('Home')
    await press('ArrowUp')
    expect(current()).toBe(made.cases[0]?.number)
  })
  it('fetches more near the end and not before', async () => {
    const spy = vi.spyOn(desk, 'Cases')
    await list()
    expect(spy).toHaveBeenCalledTimes(1)
    await press('End')
    expect(current()).toBe(made.cases[pageSize - 1]?.number)
    expect(spy).toHaveBeenCalledTimes(2)
    expect(rows().length).toBeLessThanOrEqual(visible + 6)
    await press('End')
    expect(current()).toBe(made.cases[2 * pageSize - 1]?.number)
  })
  it('shows a case once when new ones have pushed it to the next page', async () => {
    await open([...made.cases])
    await list()
    vi.spyOn(desk, 'Cases').mockResolvedValueOnce({ cases: made.cases.slice(pageSize - 1, pageSize + 1), more: false })
    await press('End')
    await press('End')
    expect(current()).toBe(made.cases[pageSize]?.number)
    expect(page.text()).toContain(`共 ${pageSize + 1} 件`)
  })
  it('shows what others have done, and keeps row, place and focus, in a list of many pages', async () => {
    await open([...made.cases])
    let tell: (topics: string[]) => void = () => {}
    vi.spyOn(desk, 'changes').mockImplementation((changed) => ((tell = changed), () => {}))
    await list()
    await press('End')
    await press('End')
    await press('End')
    const [at, box] = [current(), page.get<HTMLElement>('[role=listbox]').element]
    const before = box.scrollTop
    expect(at).toBe(made.cases[3 * pageSize - 1]?.number)
    vi.spyOn(desk, 'Cases').mockImplementation(async (f) => {
      const all = made.cases.map((c, i) => (i === 3 * pageSize - 2 ? { ...c, status_name: '已作废' } : c))
      all.unshift({ ...all[0]!, number: 'NEW1' }, { ...all[0]!, number: 'NEW2' })
      return { cases: all.slice(f.offset, f.offset + (f.limit || 100)), more: all.length > f.offset + (f.limit || 100) }
    })
    tell(['records'])
    await settle()
    expect(current()).toBe(at)
    expect(box.scrollTop).toBe(before + 2 * 36)
    expect(focused()).toContain('办件列表')
    expect(rows().some((r) => r.text().includes('已作废'))).toBe(true)
    await press('Home')
    expect(current()).toBe('NEW1')
  })
  it('opens a case by Enter, and Esc goes back to the same row', async () => {
    await list()
    await press('ArrowDown')
    await press('Enter')
    expect(focused()).toBe('办件详情')
    expect(page.get('aside').text()).toContain('李䶮𠅤')
    expect(page.get('aside').text()).toContain(made.cases[1]?.number)
    await press('Escape')
    expect(page.find('aside').exists()).toBe(false)
    expect(focused()).toContain('办件列表')
    expect(current()).toBe(made.cases[1]?.number)
  })
  it('opens a case by its number', async () => {
    await list()
    const input = page.get<HTMLInputElement>('input[aria-label=办件编号]')
    input.element.focus()
    await input.setValue(` ${made.cases[777]?.number} `)
    await press('Enter')
    expect(page.get('aside').text()).toContain(made.cases[777]?.number)
  })
  it('says when there is no such case', async () => {
    await list()
    const input = page.get<HTMLInputElement>('input[aria-label=办件编号]')
    input.element.focus()
    await input.setValue('X-1')
    await press('Enter')
    expect(page.find('aside').exists()).toBe(false)
    expect(document.body.textContent).toContain('没有编号为 X-1 的办件。请核对编号')
  })
  it('says when there is none', async () => {
    await open([])
    await list()
    expect(rows()).toHaveLength(0)
    expect(page.text()).toContain('没有办件')
    await press('Enter')
    await press('ArrowDown')
    expect(page.find('aside').exists()).toBe(false)
  })
  it('goes back to the login when the session has ended', async () => {
    await list()
    vi.spyOn(desk, 'Case').mockRejectedValue(new DeskError('logged_out', '请先登录', '请重新登录'))
    await press('Enter')
    expect(page.find('main.login').exists()).toBe(true)
    expect(page.get('[role=status]').text()).toContain('请重新登录')
  })
  it('drops the answer to a question that was replaced', async () => {
    let late: (page: { cases: typeof made.cases; more: boolean }) => void = () => {}
    vi.spyOn(desk, 'Cases').mockReturnValueOnce(new Promise((resolve) => (late = resolve)))
    await list()
    const refresh = page.get('.tools .refresh')
    await refresh.trigger('click')
    await settle()
    late({ cases: [], more: false })
    await settle()
    expect(rows().length).toBeGreaterThan(0)
  })
})

describe('an open case', () => {
  const ask = () => document.querySelector('[role=alertdialog]')
  async function pickPaper(kind: string) {
    const select = document.querySelector<HTMLSelectElement>('[role=alertdialog] select[aria-label=文书]')
    if (!select) throw new Error('no papers')
    const at = document.activeElement
    select.value = kind
    select.dispatchEvent(new Event('change', { bubbles: true }))
    await settle()
    if (at instanceof HTMLElement) at.focus()
  }
  async function openCase() {
    await list()
    await press('Enter')
  }
  it('offers what can be done now, by digits', async () => {
    await openCase()
    expect(page.findAll('.acts button').map((b) => b.text().replace(/\s/g, ''))).toEqual(['1移交审查', '2申请人撤回', '3作废'])
    await press('1')
    expect(ask()?.textContent).toContain('移交审查')
    await press('Escape')
    expect(ask()).toBeNull()
    expect(focused()).toBe('办件详情')
  })
  it('is voided only with a reason and what its notice must state, after the consequence was named', async () => {
    await openCase()
    const act = vi.spyOn(desk, 'Act')
    await press('3')
    expect(ask()?.textContent).toContain('受理通知书失效')
    expect(focused()).toBe('意见')
    await press('Enter')
    expect(ask()?.textContent).toContain('必须写明原因')
    await type('选错事项')
    await press('Enter')
    expect(ask()?.textContent).toContain('还没有办理。《通知书》还缺：法律依据')
    expect(focused()).toBe('法律依据')
    expect(act).not.toHaveBeenCalled()
    await type('《示例办法》第三条')
    await press('Enter')
    expect(ask()).toBeNull()
    expect(focused()).toBe('办件详情')
    expect(page.get('aside').text()).toContain('已作废')
    expect(page.get('aside').text()).toContain('“选错事项”')
    expect(page.get('aside').text()).toContain('作废已办好，通知书已交给打印机 激光')
    expect(page.findAll('.acts button')).toHaveLength(0)
  })
  it('is voided without a notice when the clerk says so', async () => {
    await openCase()
    await press('3')
    await type('选错事项')
    await pickPaper('')
    await press('Enter')
    expect(ask()).toBeNull()
    expect(page.get('aside').text()).toContain('已作废')
    expect(page.get('aside').text()).not.toContain('已交给打印机')
  })
  it('is never decided without its paper, and says when that did not come out of the printer', async () => {
    const whole = await desk.Case(made.cases[0]?.number ?? '')
    vi.spyOn(desk, 'Case').mockImplementation(async () => ({ ...structuredClone(whole), next_verbs: ['deny'] }))
    vi.spyOn(desk, 'Act').mockImplementation(async () => ({ ...structuredClone(whole), status: 'denied', status_name: '不予', next_verbs: [] }))
    await openCase()
    await press('1')
    const paper = document.querySelector<HTMLSelectElement>('[role=alertdialog] select[aria-label=文书]')
    expect([...(paper?.options ?? [])].map((o) => o.text)).toEqual(['同时出具不予决定书'])
    await type('不符合条件')
    await press('Enter')
    expect(ask()?.textContent).toContain('还缺：查明的事实')
    expect(focused()).toBe('查明的事实')
    await type('年龄未满')
    vi.spyOn(desk, 'PrintPaper').mockRejectedValue(new DeskError('failed', '打印机 激光 已停止', '检查缺纸'))
    await press('Enter')
    expect(vi.mocked(desk.Act).mock.calls[0]?.[0]).toMatchObject({ verb: 'deny', paper: 'denial', texts: { facts: '年龄未满' } })
    expect(ask()).toBeNull()
    expect(page.get('aside [role=alert]').text()).toContain('不予已办好，不要重复办理；但不予决定书没有打印出来：打印机 激光 已停止。检查缺纸')
  })
  it('lets an act that another was preferred to count again, after the consequence was named', async () => {
    const whole = await desk.Case(made.cases[0]?.number ?? '')
    const line = { op: 'ab', at: whole.accepted_at, actor: '陈晓', device: '', verb: 'handover', verb_name: '移交审查', review: true, reason: '以另一操作为准' }
    whole.timeline.push({ ...line, effective: false, restorable: true, detail: '移交 440604011000' })
    whole.tasks = [{ kind: 'superseded', name: '有操作未生效', op: 'ab' }]
    vi.spyOn(desk, 'Case').mockResolvedValue(whole)
    const act = vi.spyOn(desk, 'Act').mockResolvedValue(whole)
    await openCase()
    const text = page.get('aside').text()
    for (const said of ['未生效：以另一操作为准', '待复核', '移交 440604011000', '有操作未生效']) expect(text).toContain(said)
    await page.findAll('aside li button').find((b) => b.text().includes('恢复这一步'))?.trigger('click')
    await settle()
    expect(ask()?.textContent).toContain('办件的状态随之改变')
    await press('Enter')
    expect(act.mock.calls[0]?.[0]).toMatchObject({ verb: 'restore', choose: 'ab' })
  })
  it('says why an act was refused, and stays open', async () => {
    await openCase()
    vi.spyOn(desk, 'Act').mockRejectedValue(new DeskError('denied', '没有权限', '请主管办理'))
    await press('1')
    await press('Enter')
    expect(ask()?.textContent).toContain('没有权限。请主管办理')
  })
  it('prints again by P, marked as a reprint', async () => {
    await openCase()
    await press('p')
    expect(focused()).toBe('文书')
    await press('Enter', { ctrlKey: true })
    expect(page.get('aside').text()).toContain('受理通知书（补打第 1 次）已交给打印机 激光')
    expect(focused()).toBe('办件详情')
  })
})

it('filters by item and day', async () => {
  const spy = vi.spyOn(desk, 'Cases')
  await list()
  const from = page.get<HTMLInputElement>('input[aria-label=受理日期从]')
  await from.setValue('20261121')
  await from.trigger('change')
  await settle()
  expect(spy.mock.calls.at(-1)?.[0]).toMatchObject({ from: '2026-11-21', offset: 0 })
  expect(page.text()).toContain('没有办件')
})
