import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { memoryDesk, sample } from '../../bridge/memory'
import type { Photo, ReaderState } from '../../bridge'
import { press, settle, show, type } from '../../testing/harness'

type Shown = Awaited<ReturnType<typeof show>>
let page: Shown
let desk: ReturnType<typeof memoryDesk>
let reader: ReaderState
let photo: Photo

beforeEach(async () => {
  desk = memoryDesk(sample(3))
  reader = {
    set: true, ok: false, code: 'reader_no_permission', text: '没有权限打开读卡器设备', hint: '请安装随附的 udev 规则', port: 'sdt+serial:///dev/ttyUSB0',
    sam_id: '', library: '', decoder: '', last: { at: '', ok: false, text: '', hint: '' },
    found: [{ port: 'sdt+lib:///usr/lib/libsdtapi.so', description: 'libsdtapi.so (amd64)', version: 'sha256:0123', problem: '', hint: '' }],
  }
  desk.Reader = async () => reader
  photo = { image: '', until: '2026-12-20', text: '没有安装照片解码库', hint: '不影响办件' }
  desk.Photo = async () => photo
  page = await show(desk)
  await type('陈晓')
  await press('Enter')
  await type('secret')
  await press('Enter')
})
afterEach(() => {
  page.unmount()
  vi.useRealTimers()
})

describe('device page', () => {
  it('says in words what is wrong with the reader, what to do next, and what else is there', async () => {
    await press('F10')
    await settle()
    const text = page.text()
    for (const word of ['没有权限打开读卡器设备', '下一步：请安装随附的 udev 规则', 'libsdtapi.so (amd64)', 'sha256:0123']) expect(text).toContain(word)
    expect(text).not.toContain('上次读卡')
  })
  it('looks again while it is open, and stops when it is left', async () => {
    vi.useFakeTimers()
    const look = vi.spyOn(desk, 'Reader')
    await press('F10')
    await vi.advanceTimersByTimeAsync(100)
    expect(look).toHaveBeenCalledTimes(1)
    reader = { ...reader, ok: true, code: 'reader_ready', text: '读卡器正常', hint: '', last: { at: '2026-11-20T09:30:00+08:00', ok: true, text: '已读到证件，证件已过有效期', hint: '请提醒申请人换领证件' } }
    await vi.advanceTimersByTimeAsync(5100)
    expect(page.text()).toContain('读卡器正常')
    expect(page.text()).toContain('证件已过有效期')
    await press('F4')
    await vi.advanceTimersByTimeAsync(100)
    const before = look.mock.calls.length
    await vi.advanceTimersByTimeAsync(30000)
    expect(look).toHaveBeenCalledTimes(before)
  })
})

describe('photo of a person', () => {
  const find = async () => {
    await press('F6')
    await settle()
    await type('440604195202290027')
    await press('Enter')
    await settle()
  }
  it('says why there is none', async () => {
    await find()
    expect(page.text()).toContain('没有安装照片解码库')
    expect(page.text()).toContain('保存到 2026-12-20')
    expect(page.find('img').exists()).toBe(false)
  })
  it('shows it where it can be decoded', async () => {
    photo = { image: 'data:image/png;base64,iVBORw0KGgo=', until: '2026-12-20', text: '', hint: '' }
    await find()
    expect(page.find('img[alt="证件照片"]').attributes('src')).toBe(photo.image)
  })
})
