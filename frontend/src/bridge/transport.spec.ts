import { afterEach, describe, expect, it, vi } from 'vitest'

import { httpDesk } from './http'
import { wailsDesk } from './wails'

const answer = (status: number, body: unknown) =>
  new Response(typeof body === 'string' ? body : JSON.stringify(body), { status })

function browser(...answers: (Response | Error)[]) {
  const calls: { path: string; init: RequestInit }[] = []
  vi.stubGlobal('fetch', async (path: string, init: RequestInit) => {
    calls.push({ path, init })
    const next = answers.shift()
    if (!next || next instanceof Error) throw next ?? new TypeError('no more answers')
    return next
  })
  return calls
}

afterEach(() => {
  vi.unstubAllGlobals()
  localStorage.clear()
  location.hash = ''
})

describe('over HTTP', () => {
  const token = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'

  it('trades the token of the address for a key, once, and hides it', async () => {
    location.hash = '#' + token
    const calls = browser(answer(200, { value: { key: 'K' } }), answer(200, { value: { name: '窗口' } }))
    expect(await httpDesk().Station()).toEqual({ name: '窗口' })
    expect(location.hash).toBe('')
    expect(calls.map((c) => c.path)).toEqual(['/api/open', '/api/call/Station'])
    expect(calls[0]?.init.body).toBe(JSON.stringify({ token }))
    expect(calls[1]?.init.headers).toMatchObject({ 'X-Onedoor-Key': 'K', 'Content-Type': 'application/json' })
  })
  it('goes on with its seat when the link is an old one', async () => {
    localStorage.setItem('onedoor_key', 'OLD')
    location.hash = '#' + token
    const calls = browser(answer(401, { code: 'no_seat', message: '凭据无效', hint: '' }), answer(200, { value: [] }))
    expect(await httpDesk().Items('')).toEqual([])
    expect(calls[1]?.init.headers).toMatchObject({ 'X-Onedoor-Key': 'OLD' })
  })
  it('sends arguments in order', async () => {
    const calls = browser(answer(200, { value: { user: '陈晓' } }))
    await httpDesk().Login('陈晓', 'secret')
    expect(calls[0]?.init.body).toBe('["陈晓","secret"]')
  })
  it('rejects with the fault of the program', async () => {
    browser(answer(403, { code: 'denied', message: '口令不对', hint: '重试' }))
    await expect(httpDesk().Login('a', 'b')).rejects.toMatchObject({ name: 'DeskError', code: 'denied', hint: '重试' })
  })
  it('says when nothing answers, and when the answer is no JSON', async () => {
    browser(new TypeError('refused'), answer(200, '<html>'))
    const desk = httpDesk()
    await expect(desk.Station()).rejects.toMatchObject({ code: 'unreachable' })
    await expect(desk.Station()).rejects.toMatchObject({ code: 'failed' })
  })
})

describe('over Wails', () => {
  const bind = (methods: object) => wailsDesk({ go: { window: { Window: methods } } })

  it('is there only in the desktop program', () => expect(wailsDesk({})).toBeUndefined())
  it('calls the bound method', async () => {
    const Cases = vi.fn(async () => ({ cases: [], more: false }))
    const filter = { status: '', item: '', from: '', to: '', limit: 1, offset: 0 }
    expect(await bind({ Cases })?.Cases(filter)).toEqual({ cases: [], more: false })
    expect(Cases).toHaveBeenCalledWith(filter)
  })
  it('rejects with the fault in the text of the error', async () => {
    const Case = () => Promise.reject(new Error('{"code":"not_found","message":"没有","hint":"核对"}'))
    await expect(bind({ Case })?.Case('x')).rejects.toMatchObject({ name: 'DeskError', code: 'not_found' })
  })
})
