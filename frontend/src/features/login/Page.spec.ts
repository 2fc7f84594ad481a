import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { DeskError } from '../../bridge'
import { memoryDesk, sample } from '../../bridge/memory'
import { tellEvery } from '../../stores/session'
import { focused, press, settle, show, type } from '../../testing/harness'

type Shown = Awaited<ReturnType<typeof show>>
let page: Shown
let desk: ReturnType<typeof memoryDesk>

beforeEach(() => {
  desk = memoryDesk(sample(3))
})
afterEach(() => {
  page.unmount()
  vi.useRealTimers()
})

async function login(password: string) {
  await type('陈晓')
  await press('Enter')
  await type(password)
  await press('Enter')
}

describe('login', () => {
  it('names the station and waits at the user name', async () => {
    page = await show(desk)
    expect(page.text()).toContain('禅城区 · 纯阳社区 1 号窗口')
    expect(focused()).toBe('用户名')
  })
  it('goes by Enter from name to password to the counter', async () => {
    page = await show(desk)
    await type('陈晓')
    await press('Enter')
    expect(focused()).toBe('口令')
    await type('secret')
    await press('Enter')
    expect(page.find('main.login').exists()).toBe(false)
    expect(focused()).toBe('查找事项')
  })
  it('says what was wrong, forgets the password and asks for it again', async () => {
    page = await show(desk)
    await login('wrong')
    expect(page.get('[role=alert]').text()).toBe('用户名或口令不对。请检查后重新输入')
    expect(focused()).toBe('口令')
    expect((document.activeElement as HTMLInputElement).value).toBe('')
    await type('secret')
    await press('Enter')
    expect(page.find('main.login').exists()).toBe(false)
  })
  it('leaves Enter to an input method that is composing', async () => {
    page = await show(desk)
    await type('chenxiao')
    await press('Enter', { isComposing: true })
    await press('Enter', { keyCode: 229 })
    expect(focused()).toBe('用户名')
  })
  it('does not send an empty form', async () => {
    const spy = vi.spyOn(desk, 'Login')
    page = await show(desk)
    await page.get('button').trigger('click')
    expect(focused()).toBe('用户名')
    await type('陈晓')
    await page.get('button').trigger('click')
    expect(focused()).toBe('口令')
    expect(spy).not.toHaveBeenCalled()
  })
  it('sends once, however often Enter is pressed', async () => {
    const spy = vi.spyOn(desk, 'Login').mockReturnValue(new Promise(() => {}))
    page = await show(desk)
    await login('secret')
    await press('Enter')
    expect(spy).toHaveBeenCalledTimes(1)
  })
  it('takes over a login that outlived a reload', async () => {
    await desk.Login('陈晓', 'secret')
    page = await show(desk)
    expect(page.find('main.login').exists()).toBe(false)
  })
  it('tells why the program cannot be used', async () => {
    vi.spyOn(desk, 'Station').mockRejectedValue(new DeskError('no_seat', '此页面没有打开凭据', '请用新网址重新打开'))
    page = await show(desk)
    expect(page.get('[role=status]').text()).toContain('请用新网址重新打开')
  })
})

describe('a session', () => {
  it('ends on the screen when the program has ended it, and says so', async () => {
    page = await show(desk)
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    await login('secret')
    await press('F3')
    expect(page.text()).toContain('居住登记')
    await desk.Logout()
    vi.advanceTimersByTime(901_000)
    await settle()
    expect(page.find('main.login').exists()).toBe(true)
    expect(page.text()).not.toContain('居住登记')
    expect(page.get('[role=status]').text()).toContain('请先登录')
  })
  it('tells the program whether the user was there', async () => {
    page = await show(desk)
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    await login('secret')
    const spy = vi.spyOn(desk, 'Whoami')
    await press('F3')
    await press('F7')
    vi.advanceTimersByTime(tellEvery)
    await settle()
    expect(spy.mock.calls).toEqual([[true]]) // once for both keys
    vi.advanceTimersByTime(901_000)
    await settle()
    expect(spy.mock.calls.at(-1)).toEqual([false])
  })
  it('is asked about when the program falls silent', async () => {
    let told: (up: boolean) => void = () => {}
    desk.changes = (_, up) => ((told = up), up(true), () => {})
    page = await show(desk)
    await login('secret')
    expect(page.get('header .link').text()).toContain('未联网')
    told(false)
    await settle()
    expect(page.get('header .link').text()).toContain('程序没有回应')
    expect(page.find('main.login').exists()).toBe(false)
    await desk.Logout() // as another program on the same port would
    told(false)
    await settle()
    expect(page.find('main.login').exists()).toBe(true)
  })
  it('ends by the button', async () => {
    page = await show(desk)
    await login('secret')
    await page.get('header .out').trigger('click')
    await settle()
    expect(page.find('main.login').exists()).toBe(true)
    await expect(desk.Whoami(false)).rejects.toMatchObject({ code: 'logged_out' })
  })
})
