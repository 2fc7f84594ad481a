import type { Desk } from './desk'
import { DeskError } from './errors'
import type { HeldScan, Settings } from './types'

type Parts = Pick<Desk, 'Settings' | 'SaveSettings' | 'Health' | 'SaveOwn' | 'Own' | 'AddScan' | 'DropScans' | 'FolderScans' | 'TakeScan'>

const kinds = /\.(pdf|jpe?g|png|webp|bmp|tiff?)$/i
const largest = 20 * 1024 * 1024

/** The PC of the made-up station: its settings, what its users keep, files of applications. */
export function memoryPC(user: () => string, need: () => void): Parts {
  let settings: Settings = { large: false, reader_port: 'sdt+auto:', reader_fixed: false, idle_minutes: 15, scan_folder: '/scans', scan_remove: false }
  const own = new Map<string, string>()
  const held = new Map<string, HeldScan>()
  let coming: (HeldScan & { got: number }) | undefined
  const fit = (name: string, size: number) => {
    if (!kinds.test(name)) throw new DeskError('invalid', `不能收这种文件：${name}`, '可以收 PDF 和 JPG、PNG、BMP、TIF、WEBP 图片')
    if (size <= 0) throw new DeskError('invalid', `文件是空的：${name}`, '请重新扫描')
    if (size > largest) throw new DeskError('invalid', '文件太大', '请用较低的分辨率重新扫描')
  }
  return {
    Settings: async () => (user() ? { ...settings } : { large: settings.large, reader_port: '', reader_fixed: false, idle_minutes: 0, scan_folder: '', scan_remove: false }),
    SaveSettings: async (s) => {
      need()
      if (s.idle_minutes < 1 || s.idle_minutes > 120) throw new DeskError('invalid', '自动退出的时间要在 1 到 120 分钟之间', '请重新填写')
      return { ...(settings = { ...s, reader_fixed: false }) }
    },
    Health: async () => (
      need(),
      {
        version: 'v0', system: 'linux/amd64', home: '/home/counter', disk_free: 52_000_000_000, disk_total: 240_000_000_000,
        now: '2026-11-20T09:30:00+08:00', seen: '2026-11-20T09:28:00+08:00', clock_doubt: false, papers: '', drafts: true,
      }
    ),
    SaveOwn: async (text) => (need(), void own.set(user(), text)),
    Own: async () => (need(), own.get(user()) ?? ''),
    AddScan: async (p) => {
      need()
      if (!p.id) {
        fit(p.name, p.size)
        coming = { id: `UP${held.size}`, name: p.name, size: p.size, done: false, got: 0 }
      }
      if (!coming || (p.id && p.id !== coming.id) || p.offset !== coming.got) throw new DeskError('usage', '页面与程序的版本不一致', '请刷新页面')
      coming.got += atob(p.data).length
      const scan = { id: coming.id, name: coming.name, size: coming.size, done: coming.got === coming.size }
      if (scan.done) held.set(scan.id, scan)
      return scan
    },
    DropScans: async ({ ids }) => (need(), held.forEach((_, id) => ids.includes(id) || held.delete(id))),
    FolderScans: async () => (need(), [{ name: '扫描0001.pdf', size: 180_000, modified: '2026-11-20T09:20:00+08:00' }]),
    TakeScan: async (name) => {
      need()
      const scan = { id: `UP${held.size}`, name, size: 180_000, done: true }
      held.set(scan.id, scan)
      return scan
    },
  }
}
