import { DeskError } from './errors'
import type { Exchange, LinkState } from './types'

/** The link of the made-up station: away for two days, with one case waiting. */
export function linkState(cases: number): LinkState {
  return {
    ops: 12, waiting: 0, cases, devices: 2, reader: true, papers: '', drafts: true, now: '2026-11-20T09:30:00+08:00', above: true,
    notices: [{ kind: 'due_today', level: 'warn', text: '有 1 件办件今天是送到上级的最后一天' }],
    handover: { limit_days: 3, waiting: 1, due_today: 1, overdue: 0, numbers: [] },
    waits: [],
    stations: [
      {
        name: '禅城区中心', division: '440604000000', tier: 'district', below: false, connected: false, last_contact: '2026-11-18T17:02:00+08:00',
        last_record: '2026-11-18T16:00:00+08:00', silent_days: 2, silent: false, text: '网络最后联系 2026-11-18 17:02，已 2 个工作日没有消息',
      },
    ],
    backlog: { ops: 3, cases: 1, oldest: '2026-11-18T18:00:00+08:00', number: '44060401100120261118010001A' },
    roads: [
      {
        kind: 'wan', name: '网络', on: true, note: '',
        peers: [
          {
            name: '禅城区中心', tier: 'district', address: 'tcp://192.0.2.1:22800', connected: false, since: '',
            last_contact: '2026-11-18T17:02:00+08:00', trouble: '连不上', sent_bytes: 0, received_bytes: 0, want_files: 0, want_bytes: 0, got_bytes: 0,
            progress: '',
          },
        ],
      },
      { kind: 'stick', name: 'U 盘', on: true, note: '没有网络时用 U 盘', peers: [] },
    ],
  }
}

export function exchange(folder: string): Exchange {
  if (!folder.trim()) throw new DeskError('usage', '没有选 U 盘', '插好 U 盘后重新查找，或填写它的路径')
  return { peer: folder, sent_ops: 3, received_ops: 0, sent_bytes: 900, received_bytes: 0, files: 1, stations: [], faults: [] }
}
