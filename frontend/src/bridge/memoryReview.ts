import type { Desk } from './desk'
import { DeskError } from './errors'
import type { Admission, Admitted, ReviewLine, WithheldDevice } from './types'

/** What a supervisor of the made-up district finds; a clerk finds nothing. */
export function waiting(): { reviews: ReviewLine[]; devices: WithheldDevice[] } {
  const act = { op: 'a1', verb: 'accept', verb_name: '受理', at: '2026-11-21T10:00:00+08:00', actor: '王小兰' }
  return {
    reviews: [
      {
        type: 'case', number: '440604011001-20261120-01-0001-0', id: '1', division: '440604011001', item: 'S-0001', item_name: '居住登记', name: '',
        status: 'accepted', status_name: '已受理', kinds: ['review'], kind_names: ['待复核'],
      },
    ],
    devices: [
      {
        device: '07'.repeat(32), name: '丢失的窗口', ops: 3, cases: 1, people: 1, first: '2026-11-21T10:00:00+08:00', last: '2026-11-21T11:00:00+08:00',
        things: [
          {
            type: 'person', number: '', id: '2', item_name: '', name: '郑淑芬', number_masked: '440604********0038', applicant: '', stands: false,
            acts: [{ ...act, op: 'a0', verb: 'record', verb_name: '人员登记' }],
          },
          {
            type: 'case', number: '440604011001261121010001A', id: '3', item_name: '失业登记', name: '郑淑芬', number_masked: '440604********0038', applicant: '2', stands: false,
            acts: [act, { ...act, op: 'a2', verb: 'handover', verb_name: '移交审查', at: '2026-11-21T11:00:00+08:00' }],
          },
        ],
      },
    ],
  }
}

function admitThing(d: WithheldDevice, a: Admission): Admitted {
  const thing = d.things.find((t) => t.id === a.thing)
  if (!thing) throw new DeskError('not_found', '这一件没有等待您认可的操作', '可能已经有人认可,请重新列出')
  const all = d.things.filter((t) => t === thing || t.id === thing.applicant)
  const ops = all.reduce((n, t) => n + t.acts.length, 0)
  if (ops !== a.expect) throw new DeskError('invalid', `等待认可的操作现在是${ops}条,不是${a.expect}条,没有认可`, '重新列出,核对后再认可')
  const cases = all.filter((t) => t.type === 'case').length
  d.things = d.things.filter((t) => !all.includes(t))
  Object.assign(d, { ops: d.ops - ops, cases: d.cases - cases, people: d.people - (all.length - cases) })
  return { name: d.name, ops, cases, people: all.length - cases }
}

export function memoryReview(need: () => void, found = { reviews: [] as ReviewLine[], devices: [] as WithheldDevice[] }): Pick<Desk, 'Reviews' | 'Withheld' | 'Admit' | 'FindByName'> {
  return {
    Reviews: async () => (need(), found.reviews),
    Withheld: async () => (need(), structuredClone(found.devices)),
    Admit: async (a) => {
      need()
      if (!/^[0-9a-f]{64}$/.test(a.device) || a.expect <= 0) throw new DeskError('usage', '页面与程序的版本不一致', '请刷新页面')
      if (!a.opinion.trim()) throw new DeskError('usage', '认可必须写明理由', '写明怎样核实的')
      const d = found.devices.find((d) => d.device === a.device)
      if (!d) throw new DeskError('not_found', '这台设备没有等待您认可的操作', '认可须由该服务点的主管办理')
      if (a.thing) return admitThing(d, a)
      if (d.ops !== a.expect) throw new DeskError('invalid', `等待认可的操作现在是${d.ops}条,不是${a.expect}条,没有认可`, '重新列出,核对后再认可')
      found.devices = found.devices.filter((x) => x !== d)
      return { name: d.name, ops: d.ops, cases: d.cases, people: d.people }
    },
    FindByName: async (query) => {
      need()
      const people = [{ id: '1', scope: '440604011001', type: 'person', name: '李䶮𠅤', number_masked: '440604********0027', sex: '女', birth: '1952-02-29' }]
      const on = query.trim() !== '' && ['李䶮𠅤', 'lyh'].some((n) => n.includes(query.trim()))
      return { people: on ? people : [], complete: true, known: 1 }
    },
  }
}
