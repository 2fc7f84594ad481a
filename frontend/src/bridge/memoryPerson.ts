import { DeskError } from './errors'
import type { PersonView, Restore, SeenPerson } from './types'

/** A made-up person with an address that a concurrent record superseded. */
export function person(): PersonView {
  const plain = { from: '', columns: [], rows: [] }
  const said = { actor: '陈晓', device: '纯阳社区 1 号窗口', at: '2026-11-20T09:30:00+08:00' }
  return {
    id: '1', scope: '440604011001', type: 'person', name: '李䶮𠅤', number_masked: '440604********0027', birth: '1952-02-29', sex: '女',
    phone: '138****0000', address: '禅城区纯阳路 1 号', source: 'card', superseded: 1, cases: [], reviews: [], may_see: false, notes: [],
    values: [
      {
        field: 'identity', name: '身份信息', value: '李䶮𠅤 440604********0027 女 1952-02-29', op: '01', source: 'card', source_name: '读卡',
        ...plain, ...said, restored: null, others: [],
      },
      {
        field: 'address', name: '住址', value: '禅城区纯阳路 1 号', op: '01', source: 'card', source_name: '读卡', ...plain, ...said, restored: null,
        others: [
          {
            value: '禅城区旧街 2 号', op: '02', source: 'typed', source_name: '手工录入', actor: '刘敏', device: '石湾镇街道 1 号窗口',
            at: '2026-11-19T15:00:00+08:00', why: 'superseded', why_name: '与同时进行的另一操作冲突，以另一操作为准，可恢复',
          },
        ],
      },
    ],
  }
}

export function known(id: string): void {
  if (id !== '1') throw new DeskError('not_found', '没有这个人员', '用证件号码查询')
}

/** As the program does: the value named stands, the one before is kept. */
export function restore(p: PersonView, r: Restore, by: string): void {
  const v = p.values.find((x) => x.field === r.field)
  if (!v) throw new DeskError('usage', `没有这一项：${r.field}`, '')
  const other = v.others.find((o) => o.op === r.op)
  if (!other) throw new DeskError('not_found', '没有这条可以恢复的记录', '')
  const { value, op, source, source_name, actor, device, at } = v
  const { why: _, why_name: __, ...back } = other
  const rest = v.others.filter((o) => o !== other)
  Object.assign(v, back, {
    restored: { op: '03', actor: by, device, at },
    others: [{ value, op, source, source_name, actor, device, at, why: 'replaced', why_name: '已由后来的记录更新' }, ...rest],
  })
  if (v.field === 'address') p.address = v.value
}

/** As the program does: what is named bears the mark no more, and what was written is kept. */
export function seen(p: PersonView, r: SeenPerson, by: string): void {
  if (r.ops.length === 0) throw new DeskError('usage', '没有写明核实了哪些登记', '请刷新页面')
  known(r.person)
  if (!r.text.trim()) throw new DeskError('usage', '必须写明怎样核实的', '')
  if (!p.may_see) throw new DeskError('denied', '您没有权限做这一步(person.note)', '请有相应岗位的人员办理')
  const left = p.reviews.filter((x) => !r.ops.includes(x.op))
  if (left.length === p.reviews.length) throw new DeskError('invalid', '这个人没有待复核的登记', '可能已经有人处理，重新打开看一看')
  p.reviews = left
  p.notes.unshift({ op: '04', text: r.text.trim(), actor: by, device: '纯阳社区 1 号窗口', at: '2026-11-21T09:30:00+08:00' })
}
