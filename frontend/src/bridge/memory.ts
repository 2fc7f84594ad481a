import type { Seat } from './desk'
import { DeskError, type Problem } from './errors'
import { guide, itemLine, items } from './memoryItems'
import { exchange, linkState } from './memoryLink'
import { memoryPC } from './memoryPC'
import { known, person, restore, seen } from './memoryPerson'
import { memoryReview, type waiting } from './memoryReview'
import { checkAct, issued, offers, printers, printPaper, verify } from './memoryPapers'
import type { Accepted, Application, CaseLine, CaseView } from './types'

/** What the made-up district holds. Everybody in it is fictional. */
export interface Made {
  users: Record<string, string> // name -> password
  cases: CaseLine[]
  waiting?: ReturnType<typeof waiting> // to be reviewed and admitted
  roles?: string[]
}

/** A Desk in memory, for tests and for drawing screens without a program behind. */
export function memoryDesk(made: Made = sample()): Seat {
  let user = ''
  const somebody = person()
  const drafts = new Map<string, string>()
  const views = new Map<string, CaseView>()
  const need = () => {
    if (!user) throw new DeskError('logged_out', '请先登录', '长时间没有操作会自动退出，请重新登录')
  }
  const who = () => ({ user, roles: made.roles ?? ['clerk'], idle_seconds: 900 })
  const find = (number: string): CaseView => {
    const line = made.cases.find((c) => c.number === number)
    if (!line) throw new DeskError('not_found', `没有编号为 ${number} 的办件`, '请核对编号')
    const known = views.get(number) ?? view(line)
    views.set(number, known)
    return structuredClone(known)
  }
  const update = (v: CaseView) => {
    views.set(v.number, structuredClone(v))
    made.cases = made.cases.map((c) => (c.number === v.number ? { ...c, status: v.status, status_name: v.status_name } : c))
  }
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
      const on = (c: CaseLine) => c.accepted_at.slice(0, 10)
      const all = made.cases.filter(
        (c) =>
          (!f.status || c.status === f.status) && (!f.item || c.item === f.item) && (!f.from || on(c) >= f.from) && (!f.to || on(c) <= f.to),
      )
      const end = f.offset + (f.limit || 100)
      return { cases: all.slice(f.offset, end), more: all.length > end }
    },
    Case: async (number) => (need(), find(number.trim())),
    Items: async (query) => items.filter((i) => !query || `${i.name}${i.code}${i.initials}`.toLowerCase().includes(query.toLowerCase())).map(itemLine),
    Item: async (code) => (need(), guide(code)),
    Divisions: async () => (need(), [{ code: '440604011001', name: '纯阳社区', level: 'village', parent: '440604011000' }]),
    ReadCard: async () => {
      need()
      return {
        id: 'CARD', kind: 'resident', name: '李䶮𠅤', name_en: '', sex: '女', ethnicity: '汉', birth: '1952-02-29',
        address: '禅城区纯阳路 1 号', number: '440604195202290027', issuer: '某市公安局', valid_from: '2020-01-01', valid_to: '长期',
        warnings: [],
      }
    },
    CancelCard: async () => need(),
    Reader: async () => (
      need(),
      {
        set: true, ok: true, code: 'reader_ready', text: '读卡器正常', hint: '', port: 'sdt+serial:///dev/ttyUSB0',
        sam_id: '05.03-20091105-0001234567-0987654321', library: '', decoder: '', found: [],
        last: { at: '2026-11-20T09:30:00+08:00', ok: true, text: '已读到证件', hint: '' },
      }
    ),
    Photo: async (person) => {
      need()
      if (person !== '1') throw new DeskError('not_found', '没有这个人员', '按证件号码查询')
      return { image: '', until: '2026-12-20', text: '没有安装照片解码库', hint: '不影响办件' }
    },
    Prefill: async (a) => {
      need()
      const known = a.number === '440604195202290027' || a.card !== ''
      return (guide(a.item).fields ?? []).flatMap((f) =>
        f.prefill?.includes('applicant.phone') && known
          ? [{ field: f.name, value: '13800000000', source: 'person', from: '人员登记' }]
          : [],
      )
    },
    Accept: async (a) => {
      need()
      const missing = lacks(a)
      if (missing.length > 0) {
        throw new DeskError('invalid', '材料或信息不齐全，不能受理', '请申请人按清单补齐后再来办理', missing)
      }
      const line = made.cases[0] ?? sample(1).cases[0]
      if (!line) throw new DeskError('failed', '没有样本')
      const it = guide(a.item)
      const number = `4406040110012026112001${String(made.cases.length + 1).padStart(4, '0')}K`
      made.cases = [{ ...line, number, item: it.code, item_name: it.name, status: 'accepted', status_name: '已受理' }, ...made.cases]
      const done: Accepted = {
        number, item: it.code, accepted_at: line.accepted_at, due: it.instant ? null : '2026-12-18',
        due_provisional: !it.instant, warnings: it.instant ? [] : ['办结日期为暂定'],
      }
      return done
    },
    Act: async (a) => {
      need()
      const v = find(a.number)
      if (a.verb !== 'note' && !v.next_verbs.includes(a.verb)) throw new DeskError('invalid', '这一步现在不能办理', '请刷新后再看')
      if (a.verb === 'note' && !a.opinion) throw new DeskError('usage', '记事必须写明内容', '写明怎样核实的')
      if (a.verb === 'void' && !a.opinion) throw new DeskError('usage', '作废必须写明原因', '请写明原因')
      checkAct(v, a)
      if (a.verb === 'void') Object.assign(v, { status: 'voided', status_name: '已作废', next_verbs: [] })
      v.timeline.push({
        op: String(v.timeline.length), at: v.accepted_at, actor: user, device: '纯阳社区 1 号窗口', verb: a.verb,
        verb_name: a.verb === 'void' ? '作废' : a.verb, effective: true, review: false, reason: null, opinion: a.opinion, restorable: false,
      })
      update(v)
      return v
    },
    Print: async (number, kind) => {
      need()
      const v = find(number)
      v.documents.push(issued(v, kind, ''))
      update(v)
      return { kind, copy: v.documents.length, file: '', opened: false, ticket: 'TICKET', reprint: 0, printer: '', warnings: [] }
    },
    Papers: async (number, verb) => (need(), offers(find(number), verb)),
    PrintPaper: async (r) => {
      need()
      const reprint = r.number ? printPaper(find(r.number), r, update) : 0
      return { kind: r.kind, copy: 1, file: '', opened: false, ticket: r.printer ? '' : 'TICKET', reprint, printer: r.printer, warnings: [] }
    },
    Printers: async () => (need(), printers),
    Verify: async (text) => (need(), verify(text)),
    FindPerson: async (number) => {
      need()
      if (number !== '440604195202290027') throw new DeskError('not_found', '没有这个证件号码的记录', '核对号码')
      return [{ ...structuredClone(somebody), cases: made.cases.slice(0, 2) }]
    },
    Person: async (id) => (need(), known(id), { ...structuredClone(somebody), cases: made.cases.slice(0, 2) }),
    ...memoryReview(need, made.waiting),
    Restore: async (r) => {
      need()
      known(r.person)
      restore(somebody, r, user)
      return { ...structuredClone(somebody), cases: made.cases.slice(0, 2) }
    },
    SeenPerson: async (r) => {
      need()
      seen(somebody, r, user)
      return { ...structuredClone(somebody), cases: made.cases.slice(0, 2) }
    },
    SaveDraft: async (text) => (need(), void drafts.set(user, text)),
    Draft: async () => (need(), drafts.get(user) ?? ''),
    Link: async () => (need(), linkState(made.cases.length)),
    Applicants: async ({ numbers }) => {
      need()
      if (numbers.length > 100) throw new DeskError('usage', '页面与程序的版本不一致', '请刷新页面')
      return numbers.map((n) => (made.cases.some((c) => c.number === n) ? '李䶮𠅤' : ''))
    },
    Unsent: async ({ numbers }) => (need(), numbers.slice(0, 1)),
    SyncNow: async () => {
      need()
      throw new DeskError('failed', '连不上区级枢纽,数据都在本机,不会丢失', '检查网线和地址;没有网络时可以继续办件')
    },
    Sticks: async () => (need(), [{ path: '/media/usb', name: 'usb', free: 8_000_000_000 }]),
    StickExport: async (folder) => (need(), exchange(folder)),
    StickImport: async (folder) => (need(), exchange(folder)),
    ...memoryPC(() => user, need),
    Scan: async ({ number, material }) => (find(number), { name: `${material}.pdf`, kind: 'application/pdf', data: btoa('%PDF-1.4') }),
    PaperData: async () => (need(), { name: 'paper.pdf', kind: 'application/pdf', data: btoa('%PDF-1.4') }),
    changes: (_, up) => (up(true), () => {}),
  }
}

// As the program does: everything that is missing, at once.
function lacks(a: Application): Problem[] {
  const out: Problem[] = []
  if (!a.card && !a.applicant.name) out.push({ where: '申请人姓名', what: '没有填写', fix: '填写证件上的姓名' })
  if (!a.card && !a.applicant.number) out.push({ where: '申请人证件号码', what: '没有填写' })
  const it = guide(a.item)
  for (const f of it.fields ?? []) {
    const seen = !f.visible_when || f.visible_when.in.includes(String(a.form[f.visible_when.field] ?? ''))
    if (f.required && seen && !a.form[f.name]) out.push({ where: `${f.label} (${f.name})`, what: '必填，没有填写' })
  }
  for (const m of it.materials) {
    const given = a.materials.find((g) => g.name === m.name)
    const shown = given?.provided || (given?.deferred && m.may_promise) || (a.card !== '' && m.name === '居民身份证')
    if (m.necessity === 'required' && !shown) out.push({ where: `材料 ${m.name}`, what: '缺少' })
  }
  return out
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
    documents: [{ kind: 'acceptance', copy: 1, issued_at: line.accepted_at, digest: '00', title: '受理通知书', reprint: 0, printer: '', failed: false }],
    timeline: [
      {
        op: '00', at: line.accepted_at, actor: '陈晓', device: '纯阳社区 1 号窗口', verb: 'accept', verb_name: '受理',
        effective: true, review: false, reason: null, restorable: false,
      },
    ],
    next_verbs: line.status === 'accepted' ? ['handover', 'withdraw', 'void'] : [],
    waiting: 0,
    values: [
      {
        field: 'applicant', name: '申请人', value: '李䶮𠅤 440604********0017', op: '00', source: 'card', source_name: '读卡', from: '', columns: [], rows: [], actor: '陈晓',
        device: '纯阳社区 1 号窗口', at: line.accepted_at, restored: null, others: [],
      },
    ],
    dispute: [],
    joins: [],
    tasks: [],
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
  return { users: { 陈晓: 'secret', 刘敏: 'secret2' }, cases }
}
