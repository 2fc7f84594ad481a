import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { DeskError } from '../../bridge'
import { memoryDesk, sample } from '../../bridge/memory'
import { focused, press, settle, show, type } from '../../testing/harness'
import { draftDelay } from './useIntake'

let desk: ReturnType<typeof memoryDesk>
let page: Awaited<ReturnType<typeof show>>

async function open() {
  page = await show(desk)
  await settle()
}
async function choose(letters: string) {
  await type(letters)
  await press('Enter')
  await settle()
}

beforeEach(async () => {
  desk = memoryDesk(sample(3))
  await desk.Login('陈晓', 'secret')
  Element.prototype.scrollIntoView ??= () => {}
})
afterEach(() => {
  page.unmount()
  document.body.innerHTML = ''
  vi.useRealTimers()
})

describe('the counter', () => {
  it('accepts an instant item by card in a few keys', async () => {
    await open()
    expect(focused()).toBe('查找事项')
    await press('F2')
    expect(page.text()).toContain('李䶮𠅤')
    expect(page.text()).toContain('已读卡')
    await choose('jzdj')
    expect(focused()).toBe('材料清单')
    expect(page.text()).toContain('已齐全，可以受理')
    await press('F9')
    expect(page.get('.done').text()).toContain('4406040110012026112001')
    expect(document.activeElement?.textContent).toContain('打印受理通知书')
    await press('F4')
    expect(page.find('.done').exists()).toBe(false)
    expect(focused()).toBe('查找事项')
  })
  it('goes through materials and form by digits and Enter', async () => {
    await open()
    await press('F2')
    await choose('sydj')
    await press('2')
    await press('3')
    await press('3')
    expect(page.findAll('.line .mark').map((m) => m.text())).toEqual(['已收', '已收', '后补'])
    await press('Enter')
    expect(focused()).toBe('失业原因')
    await press('3')
    await press('Enter')
    expect(focused()).toBe('其他原因')
    await type('单位搬迁')
    await press('Enter')
    await type('20260131')
    expect(focused()).toBe('失业日期')
    const spy = vi.spyOn(desk, 'Accept')
    await press('F9')
    expect(spy.mock.calls[0]?.[0]).toMatchObject({
      item: 'S-0002', card: 'CARD', form: { reason: '其他', other: '单位搬迁', since: '2026-01-31' },
    })
    expect(page.find('.done').exists()).toBe(true)
  })
  it('tells the whole demand of the chosen material when its row cannot', async () => {
    const long = '由户籍所在地派出所出具，'.repeat(20)
    const whole = await desk.Item('S-0002')
    whole.materials[1]!.standard = long
    vi.spyOn(desk, 'Item').mockResolvedValue(whole)
    await open()
    await choose('sydj')
    expect(focused()).toBe('材料清单')
    expect(page.find('.materials .rest').exists()).toBe(false)
    await press('ArrowDown')
    expect(page.get('.materials .rest').text()).toContain(whole.materials[1]!.name)
    expect(page.get('.materials .rest').text()).toContain(long)
    expect(page.get('.materials .rest').attributes('tabindex')).toBe('0') // longer than its place: to be scrolled by keys
    await press('ArrowDown')
    expect(page.find('.materials .rest').exists()).toBe(false)
  })
  it('marks a typed applicant and lists everything that is missing at once', async () => {
    await open()
    const name = page.get<HTMLInputElement>('input[aria-label=申请人姓名]')
    await name.setValue('王小兰')
    expect(page.text()).toContain('未读卡，手工录入')
    page.get<HTMLInputElement>('input[aria-label=查找事项]').element.focus()
    await choose('sydj')
    await press('F9')
    const problems = page.findAll('.problems li').map((l) => l.text())
    expect(problems).toHaveLength(6)
    expect(page.find('.done').exists()).toBe(false)
  })
  it('says in the result that no card was read, and that a date is provisional', async () => {
    await open()
    await page.get('input[aria-label=申请人姓名]').setValue('王小兰')
    await page.get('input[aria-label=申请人证件号码]').setValue('11010519491231002X')
    page.get<HTMLInputElement>('input[aria-label=查找事项]').element.focus()
    await choose('zdsh')
    await press('0')
    await press('F9')
    expect(page.get('.done').text()).toContain('未读卡')
    expect(page.get('.done').text()).toContain('暂定')
  })
  it('leaves keys to an input method that is composing', async () => {
    await open()
    await type('jzdj')
    await press('Enter', { isComposing: true })
    await press('F9', { isComposing: true })
    await press('F2', { keyCode: 229 })
    await press('Escape', { keyCode: 229 }) // of WebKit, after a composition has ended
    expect(page.find('[role=listbox][aria-label=找到的事项]').exists()).toBe(true)
    expect(page.find('.chosen').exists()).toBe(false)
    expect(page.text()).not.toContain('已读卡')
  })
  it('drops the answer to letters that were typed over', async () => {
    let late: (lines: Awaited<ReturnType<typeof desk.Items>>) => void = () => {}
    await open()
    const all = await desk.Items('')
    vi.spyOn(desk, 'Items').mockReturnValueOnce(new Promise((resolve) => (late = resolve)))
    await type('j')
    await type('sydj')
    late(all)
    await settle()
    expect(page.findAll('.box [role=option]')).toHaveLength(1)
  })
  it('takes Enter for the item of all letters, when the answer is slow', async () => {
    let late: (lines: Awaited<ReturnType<typeof desk.Items>>) => void = () => {}
    await open()
    await type('j')
    const answer = await desk.Items('sydj')
    vi.spyOn(desk, 'Items').mockReturnValueOnce(new Promise((resolve) => (late = resolve)))
    await type('sydj')
    await press('Enter')
    expect(page.find('.chosen').exists()).toBe(false)
    late(answer)
    await settle()
    expect(page.get('.chosen').text()).toContain('失业登记')
  })
  it('accepts once, however often F9 is pressed', async () => {
    await open()
    await press('F2')
    await choose('jzdj')
    const spy = vi.spyOn(desk, 'Accept').mockReturnValue(new Promise(() => {}))
    await press('F9')
    await press('F9')
    expect(spy).toHaveBeenCalledTimes(1)
  })
  it('asks for the date when the clock is doubtful', async () => {
    await open()
    await press('F2')
    await choose('jzdj')
    vi.spyOn(desk, 'Accept').mockRejectedValueOnce(new DeskError('invalid', '本机时钟可疑(现在显示 2001-01-01),不能自动确定受理日期', ''))
    await press('F9')
    await page.get('input[aria-label=受理日期]').setValue('2026-11-20')
    const spy = vi.spyOn(desk, 'Accept')
    await press('F9')
    expect(spy.mock.calls.at(-1)?.[0].legal_date).toBe('2026-11-20')
  })
})

describe('what belongs to one applicant', () => {
  const clearAll = async () => {
    await press('F4', { shiftKey: true })
    const yes = [...document.querySelectorAll<HTMLElement>('[role=alertdialog] button')].find((b) => b.textContent?.trim() === '清空')
    yes?.click()
    await settle()
  }

  it('a scan that is whole only after the sheet was emptied is not the next one\'s', async () => {
    await open()
    await choose('jzdj')
    const whole = await desk.AddScan({ id: '', name: '甲.pdf', size: 1, offset: 0, data: 'AA==' })
    let late: (held: typeof whole) => void = () => {}
    vi.spyOn(desk, 'AddScan').mockReturnValueOnce(new Promise((resolve) => (late = resolve)))
    const dropped = vi.spyOn(desk, 'DropScans')
    const file = new File([new Uint8Array(1)], '甲.pdf', { type: 'application/pdf' })
    const drop = new Event('drop', { bubbles: true, cancelable: true })
    Object.defineProperty(drop, 'dataTransfer', { value: { files: [file] } })
    page.get('.line').element.dispatchEvent(drop)
    await vi.waitFor(() => expect(page.text()).toContain('正在添加扫描件'))
    await press('F9')
    expect(page.get('.problems').text()).toContain('扫描件还在添加')
    await clearAll()
    page.get<HTMLInputElement>('input[aria-label=查找事项]').element.focus()
    await choose('jzdj')
    late(whole)
    await settle()
    expect(page.text()).not.toContain('甲.pdf')
    expect(page.findAll('.line .mark').every((m) => m.text() === '未收')).toBe(true)
    expect(dropped.mock.calls.at(-1)).toEqual([{ ids: [] }])
  })
  it('a card that answers only after the sheet was emptied is not the next one\'s', async () => {
    await open()
    const read = await desk.ReadCard()
    let late: (card: typeof read) => void = () => {}
    vi.spyOn(desk, 'ReadCard').mockReturnValueOnce(new Promise((resolve) => (late = resolve)))
    const cancel = vi.spyOn(desk, 'CancelCard')
    await choose('jzdj')
    await press('F2')
    await clearAll()
    expect(cancel).toHaveBeenCalled()
    late(read)
    await settle()
    expect(page.text()).not.toContain('李䶮𠅤')
    expect(page.text()).not.toContain('已读卡')
  })
  it('a draft on its way does not come back after it was cleared', async () => {
    await open()
    await choose('jzdj')
    let written = ''
    const order: (() => void)[] = []
    vi.spyOn(desk, 'SaveDraft').mockImplementation((text) => new Promise((resolve) => order.push(() => ((written = text), resolve()))))
    await new Promise((resolve) => setTimeout(resolve, draftDelay + 50))
    await clearAll()
    for (let i = 0; i < 3; i++) {
      order.pop()?.() // the latest of those on their way is first
      await settle()
    }
    expect(written).toBe('')
  })
})

describe('a draft', () => {
  const wait = () => new Promise((resolve) => setTimeout(resolve, draftDelay + 50))

  it('comes back to its author after a crash, and to nobody else', async () => {
    await open()
    await press('F2')
    await choose('sydj')
    await press('2')
    await wait()
    page.unmount()
    await open()
    expect(page.text()).toContain('失业登记')
    expect(page.text()).toContain('请按 F2 重新读卡')
    expect(page.get<HTMLInputElement>('input[aria-label=申请人姓名]').element.value).toBe('李䶮𠅤')
    page.unmount()
    await desk.Login('刘敏', 'secret2')
    await open()
    expect(page.text()).not.toContain('李䶮𠅤')
  })
  it('is forgotten when the case is accepted', async () => {
    await open()
    await press('F2')
    await choose('jzdj')
    await wait()
    expect(await desk.Draft()).not.toBe('')
    await press('F9')
    expect(await desk.Draft()).toBe('')
  })
  it('is cleared only after a question, and the focus comes back', async () => {
    await open()
    await choose('jzdj')
    await press('F4', { shiftKey: true })
    expect(document.querySelector('[role=alertdialog]')?.textContent).toContain('不能找回')
    await press('F9')
    await press('Escape')
    expect(document.querySelector('[role=alertdialog]')).toBeNull()
    expect(focused()).toBe('材料清单')
    expect(page.find('.chosen').exists()).toBe(true)
  })
})
