import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { memoryDesk, sample } from '../../bridge/memory'
import { burst, focused, press, settle, show } from '../../testing/harness'

const made = sample(3)
let desk: ReturnType<typeof memoryDesk>
let page: Awaited<ReturnType<typeof show>>
const ask = () => document.querySelector('[role=alertdialog]')
const set = async (label: string, value: string) => {
  const field = document.querySelector<HTMLInputElement>(`[role=alertdialog] [aria-label="${label}"]`)
  if (!field) throw new Error(`no ${label}`)
  field.value = value
  field.dispatchEvent(new Event(field instanceof HTMLSelectElement ? 'change' : 'input', { bubbles: true }))
  await settle()
}

beforeEach(async () => {
  desk = memoryDesk({ users: made.users, cases: made.cases })
  await desk.Login('陈晓', 'secret')
  page = await show(desk)
})
afterEach(() => page.unmount())

describe('the papers of a case', () => {
  beforeEach(async () => {
    await press('F3')
    await press('Enter')
    await press('p')
  })
  it('says everything that the paper lacks, and prints when it is stated', async () => {
    await set('文书', 'extension')
    await press('Enter', { ctrlKey: true })
    expect(ask()?.textContent).toContain('缺少必备内容：延期的理由、延长后的办结期限')
    expect(ask()?.textContent).toContain('行政许可法第四十二条')
    await set('延期的理由', '需要现场核实')
    await set('延长后的办结期限', '2026-12-30')
    await press('Enter', { ctrlKey: true })
    expect(ask()).toBeNull()
    expect(page.get('aside').text()).toContain('延期通知书已交给打印机 激光')
  })
  it('does not call printed what the printer did not take', async () => {
    await set('打印机', '卡纸')
    await press('Enter', { ctrlKey: true })
    expect(ask()?.textContent).toContain('已停止')
    expect(ask()?.textContent).toContain('检查缺纸')
    expect(page.get('aside').text()).toContain('没有打印：卡纸')
    expect(page.get('aside').text()).not.toContain('已交给打印机')
  })
  it('shows the PDF without a printer, and leaves a link where none opens by itself', async () => {
    vi.spyOn(window, 'open').mockReturnValue(null)
    await set('打印机', '')
    await press('Enter', { ctrlKey: true })
    expect(page.get('aside a').attributes('href')).toBe('/api/paper/TICKET')
  })
  it('closes by Esc and gives the focus back', async () => {
    await press('Escape')
    expect(ask()).toBeNull()
    expect(focused()).toBe('办件详情')
  })
})

describe('papers without a case', () => {
  it('prints the hand-over list of a day', async () => {
    const print = vi.spyOn(desk, 'PrintPaper')
    await press('F3')
    page.findAll('button').find((b) => b.text() === '交接单')?.element.click()
    await settle()
    await set('接收单位', '街道便民服务中心')
    ;[...(ask()?.querySelectorAll('button') ?? [])].find((b) => b.textContent?.includes('打印交接单'))?.click()
    await settle()
    expect(print).toHaveBeenCalledWith(expect.objectContaining({ kind: 'handover', number: '', to: '街道便民服务中心', printer: '激光' }))
    expect(ask()?.textContent).toContain('交接单已交给打印机 激光')
  })
})

describe('the verify screen', () => {
  beforeEach(() => press('F3', { shiftKey: true }))
  const answer = () => page.get('.answer')

  it('answers a scanned code and waits for the next', async () => {
    expect(focused()).toBe('二维码文字')
    await burst('OD1:AAAAAAAAAAAAAAAA')
    expect(answer().text()).toContain('真')
    expect(answer().classes()).toContain('good')
    expect(answer().text()).toContain('纯阳社区 1 号窗口')
    expect(focused()).toBe('二维码文字')
    await burst('OD1:AAAAAAAAAAAAAAAB')
    expect(answer().classes()).toContain('bad')
    expect(answer().text()).toContain('内容被改动过')
  })
  it('says of a misread code that it was misread, and nothing of the paper', async () => {
    await burst('OD1:AAAAAAAAAAAAAAAC')
    expect(answer().classes()).toContain('unread')
    expect(answer().text()).toContain('没有读出来，请再扫一次')
    expect(answer().text()).not.toContain('不真')
  })
  it('says what to do with something else', async () => {
    vi.spyOn(desk, 'Verify')
    const input = document.activeElement as HTMLInputElement
    input.value = 'http://x'
    input.dispatchEvent(new Event('input', { bubbles: true }))
    await press('Enter')
    expect(page.get('[role=alert]').text()).toContain('这不是文书上的二维码')
  })
})
