import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { memoryDesk, sample } from '../../bridge/memory'
import { waiting } from '../../bridge/memoryReview'
import { focused, press, settle, show, type } from '../../testing/harness'

const made = sample(3)
let found: ReturnType<typeof waiting>
let page: Awaited<ReturnType<typeof show>>
const ask = () => document.querySelector('[role=alertdialog]')
const admitButton = () => page.findAll('button').find((b) => b.text().includes('认可这'))

async function open(waitingNow: ReturnType<typeof waiting> | undefined) {
  const desk = memoryDesk({ ...made, roles: ['supervisor'], waiting: waitingNow })
  await desk.Login('陈晓', 'secret')
  page = await show(desk)
  await press('F5')
  return desk
}
beforeEach(() => void (found = waiting()))
afterEach(() => page.unmount())

describe('what a supervisor sees to', () => {
  it('admits all of a lost device by keys, with a reason, after each was looked at', async () => {
    await open(found)
    expect(page.text()).toContain('挂失设备“丢失的窗口”')
    expect(page.text()).toContain('待认可，尚未生效')
    expect(focused()).toContain('待认可的办件和人员')
    expect(admitButton()?.attributes('disabled')).toBeDefined()
    await press('Enter')
    expect(ask()?.textContent).toContain('郑淑芬')
    await press('Escape')
    expect(focused()).toContain('待认可的办件和人员')
    await press('ArrowDown')
    await press('Enter')
    expect(ask()?.textContent).toContain('移交审查')
    await press('Escape')
    expect(page.text()).toContain('各项都看过了')
    ;(admitButton()?.element as HTMLElement).focus()
    await admitButton()?.trigger('click')
    await settle()
    expect(ask()?.textContent).toContain('认可不能撤销')
    expect(focused()).toBe('理由')
    await press('Enter')
    expect(ask()?.textContent).toContain('认可必须写明理由')
    await type('与当事人逐件核对')
    await press('Enter')
    expect(ask()).toBeNull()
    expect(page.get('[role=status]').text()).toContain('已认可 丢失的窗口：3 条操作')
    expect(page.text()).not.toContain('挂失设备“')
  })
  it('admits one case alone, with what was recorded of its applicant', async () => {
    await open(found)
    await press('ArrowDown')
    await press('Enter')
    expect(ask()?.textContent).toContain('申请人的登记')
    const one = [...(ask()?.querySelectorAll('button') ?? [])].find((b) => b.textContent?.includes('只认可这一件'))
    one?.click()
    await settle()
    expect(ask()?.textContent).toContain('认可后 1 件办件、1 条人员登记立即生效')
    expect(ask()?.textContent).toContain('其他操作仍不生效')
    await type('电话核实')
    await press('Enter')
    expect(ask()).toBeNull()
    expect(page.get('[role=status]').text()).toContain('3 条操作，1 件办件，1 条人员登记')
  })
  it('admits nothing that came in after the look', async () => {
    await open(found)
    for (const key of ['Enter', 'Escape', 'ArrowDown', 'Enter', 'Escape']) await press(key)
    const lost = found.devices[0]
    const act = lost?.things[1]?.acts[0]
    if (lost && act) {
      lost.ops = 4
      lost.things[1]?.acts.push({ ...act, op: 'a3', verb_name: '准予' })
    }
    await admitButton()?.trigger('click')
    await settle()
    await type('核对')
    await press('Enter')
    expect(ask()?.textContent).toContain('现在是4条')
    expect(found.devices).toHaveLength(1)
    await press('Escape')
    expect(page.text()).toContain('还有 1 项没有看过')
  })
  it('opens a case that is to be reviewed, and says when there is nothing', async () => {
    const one = made.cases[0]?.number ?? ''
    found.devices = []
    if (found.reviews[0]) found.reviews[0].number = one
    await open(found)
    expect(focused()).toContain('待处理')
    expect(page.text()).toContain('待复核')
    await press('Enter')
    expect(page.get('aside').text()).toContain(one)
    page.unmount()
    await open(undefined)
    expect(page.text()).toContain('没有要处理的事')
  })
})
