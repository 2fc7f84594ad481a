import type { Desk } from './desk'
import { DeskError } from './errors'
import type { CaseLine, CaseView } from './types'

/** What the made-up district holds. Everybody in it is fictional. */
export interface Made {
  users: Record<string, string> // name -> password
  cases: CaseLine[]
}

/** A Desk in memory, for tests and for drawing screens without a program behind. */
export function memoryDesk(made: Made = sample()): Desk {
  let user = ''
  const need = () => {
    if (!user) throw new DeskError('logged_out', '请先登录', '长时间没有操作会自动退出，请重新登录')
  }
  const who = () => ({ user, roles: ['clerk'], idle_seconds: 900 })
  return {
    Station: async () => ({
      name: '纯阳社区 1 号窗口', division: '440604011001', counter: '01', tier: 'village', district: '禅城区',
    }),
    Login: async (name, password) => {
      user = ''
      if (!password || made.users[name] !== password) throw new DeskError('denied', '用户名或口令不对', '请检查后重新输入')
      user = name
      return who()
    },
    Logout: async () => void (user = ''),
    Whoami: async () => (need(), who()),
    Cases: async (f) => {
      need()
      const all = made.cases.filter((c) => (!f.status || c.status === f.status) && (!f.item || c.item === f.item))
      const end = f.offset + (f.limit || 100)
      return { cases: all.slice(f.offset, end), more: all.length > end }
    },
    Case: async (number) => {
      need()
      const line = made.cases.find((c) => c.number === number)
      if (!line) throw new DeskError('not_found', `没有编号为 ${number} 的办件`, '请核对编号')
      return view(line)
    },
    Items: async () => [],
  }
}

function view(line: CaseLine): CaseView {
  return {
    ...line,
    case_id: '00000000-0000-4000-8000-000000000000',
    scope: line.division,
    item: { code: line.item, name: line.item_name, version: 1 },
    applicant: { name: '李䶮𠅤', number_masked: '440604********0017', type: 'person', read: 'card' },
    stage_name: '受理',
    legal_date: line.accepted_at.slice(0, 10),
    due_provisional: false,
    materials: [{ name: '居民身份证', provided: true, deferred: false }],
    form: {},
    documents: [{ kind: 'acceptance', copy: 1, issued_at: line.accepted_at, digest: '00' }],
    timeline: [
      {
        op: '00', at: line.accepted_at, actor: '陈晓', device: '纯阳社区 1 号窗口', verb: 'accept', verb_name: '受理',
        effective: true, review: false, reason: null,
      },
    ],
    next_verbs: [],
    waiting: 0,
  }
}

/** A district with n cases and the user 陈晓, whose password is "secret". */
export function sample(n = 1000): Made {
  const kinds = [
    ['accepted', '已受理'],
    ['under_review', '审查中'],
    ['concluded', '已办结'],
  ] as const
  const cases = Array.from({ length: n }, (_, i): CaseLine => {
    const [status, status_name] = kinds[i % kinds.length] ?? kinds[0]
    return {
      number: `440604011001-20261120-01-${String(n - i).padStart(4, '0')}-0`,
      item: 'S-0001',
      item_name: '居住登记',
      status,
      status_name,
      stage: 'accept',
      accepted_at: '2026-11-20T09:30:00+08:00',
      due: i % 2 ? '2026-12-01' : null,
      division: '440604011001',
    }
  })
  return { users: { 陈晓: 'secret' }, cases }
}
