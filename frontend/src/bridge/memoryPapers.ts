// Papers of the Desk in memory.
import { DeskError } from './errors'
import type { Act, CaseView, PaperField, PaperOffer, PaperRequest, PrinterList, PrintView, Verification } from './types'

const titles: Record<string, string> = {
  acceptance: '受理通知书', grant: '准予决定书', denial: '不予决定书', withdrawal: '通知书', extension: '延期通知书',
}
/** The document of an act, and whether the act is never done without it. */
const papersOf: Record<string, string> = { approve: 'grant', deny: 'denial', withdraw: 'withdrawal', void: 'withdrawal' }
const decides = ['approve', 'deny']

const field = (key: string, zh: string, more: Partial<PaperField> = {}): PaperField => ({
  key, zh, type: 'text', required: true, when: [], basis: '行政许可法第四十二条', value: '', options: [], columns: [], opinion: false, ...more,
})

export function offers(v: CaseView, verb: string): PaperOffer[] {
  const offer = (kind: string, now: boolean, fields: PaperField[] = []): PaperOffer => ({
    kind, title: titles[kind] ?? kind, now, printed: v.documents.filter((d) => d.kind === kind).length, papers: ['a4', 'a5', 'roll80'], scans: false, fields,
  })
  const usual = verb ? (papersOf[verb] ?? '') : v.status === 'approved' ? 'grant' : 'acceptance'
  const ended = verb === 'void' ? 'terminated' : 'withdrawn'
  return [
    offer('acceptance', usual === 'acceptance'),
    offer('grant', usual === 'grant', [field('content', '准予的内容', { value: '准予办理' })]),
    offer('denial', usual === 'denial', [
      field('facts', '查明的事实'), field('reasons', '不予的理由', { type: 'list', opinion: verb === 'deny' }),
      field('approver', '审批人', { required: false }),
    ]),
    offer('withdrawal', usual === 'withdrawal', [
      field('what', '撤回或者终止', {
        type: 'choice', value: ended, options: [{ value: 'withdrawn', zh: '撤回申请' }, { value: 'terminated', zh: '终止办理' }],
      }),
      field('statement', '申请人的陈述', { when: ['what=withdrawn'], opinion: verb === 'withdraw' }),
      field('reason', '终止的理由', { when: ['what=terminated'], opinion: verb === 'void' }),
      field('basis', '法律依据', { when: ['what=terminated'] }),
    ]),
    offer('extension', false, [field('reason', '延期的理由'), field('new_due', '延长后的办结期限', { type: 'date' })]),
  ].sort((a, b) => Number(b.now) - Number(a.now))
}

export function issued(v: CaseView, kind: string, printer: string, failed = false): PrintView {
  const before = v.documents.filter((d) => d.kind === kind && !d.failed).length
  return { kind, copy: v.documents.length + 1, issued_at: v.accepted_at, digest: '00', title: titles[kind] ?? kind, reprint: before, printer, failed }
}

/** As the program does: what the document of an act lacks is told before the act is recorded. */
export function checkAct(v: CaseView, a: Act): void {
  const kind = a.paper || (decides.includes(a.verb) ? papersOf[a.verb] : '')
  const offer = offers(v, a.verb).find((o) => o.kind === kind)
  if (!offer) return
  const texts = (a.texts ?? {}) as Record<string, string>
  const value = (key: string) => texts[key] || offer.fields.find((f) => f.key === key)?.value || ''
  const on = (f: PaperField) => f.when.every((w) => value(w.split('=')[0] ?? '') === w.split('=')[1])
  refuse(offer.fields.filter((f) => f.required && on(f) && !value(f.key) && !(f.opinion && a.opinion)))
}

function refuse(lacks: PaperField[]): void {
  if (lacks.length === 0) return
  const names = lacks.map((f) => f.zh).join('、')
  throw new DeskError('invalid', `文书缺少必备内容：${names}`, '补全后再打印', lacks.map((f) => ({ where: `${f.zh} (${f.key})`, what: '缺少', fix: f.basis })))
}

/** Gives the number of the reprint. A printer called "卡纸" takes nothing. */
export function printPaper(v: CaseView, r: PaperRequest, update: (v: CaseView) => void): number {
  const offer = offers(v, '').find((o) => o.kind === r.kind)
  if (!offer) throw new DeskError('usage', `没有这种文书：${r.kind}`, '')
  const again = offer.printed > 0 && !r.anew && Object.keys(r.texts).length === 0
  refuse(again ? [] : offer.fields.filter((f) => f.required && f.when.length === 0 && !f.value && !r.texts[f.key]))
  const line = issued(v, r.kind, r.printer, r.printer === '卡纸')
  v.documents.push(line)
  update(v)
  if (line.failed) throw new DeskError('failed', '打印机 卡纸 已停止,没有打印', '检查缺纸、卡纸、电源和连线,恢复队列后补打')
  return again ? line.reprint : 0
}

export const printers: PrinterList = {
  printers: [
    { name: '激光', default: true, stopped: false, rejecting: false },
    { name: '卡纸', default: false, stopped: true, rejecting: false, why: 'paper jam' },
  ],
  chosen: [{ kind: 'acceptance', printer: '激光' }],
  why: '',
}

/** A code that ends in A is genuine, in B altered, in C is none; PDFs are genuine. */
export function verify(text: string): Verification {
  const code = text.trim()
  if (!code.startsWith('OD1:') && !code.startsWith('data:application/pdf;base64,')) {
    throw new DeskError('invalid', '这不是文书上的二维码', '请扫描文书右上角的二维码，或选择文书的 PDF 文件')
  }
  const none = { number: '', kind: '', issued_at: '', device: '', title: '', device_name: '', note: '', as_of: '2026-11-20T09:00:00+08:00' }
  if (code.endsWith('B')) return { ...none, valid: false, verdict: 'altered', why: '文件被改动过，与签发时不一致' }
  if (code.endsWith('C')) return { ...none, valid: false, verdict: 'unreadable', why: '读到的不是完整的文书二维码' }
  return {
    ...none, valid: true, verdict: 'genuine', why: null, number: '440604011001012611200001X', kind: 'acceptance', title: '受理通知书',
    issued_at: '2026-11-20T09:30:00+08:00', device: '440604011001-01', device_name: '纯阳社区 1 号窗口',
  }
}
