// Rules that the counter screen applies while somebody types. The program judges
// again, and alone decides; here they save a round for what can be seen at once.
import type { Applicant, CardRead, Field, GivenMaterial, Item } from '../../bridge'
import { today } from '../../shared/date'
import { prove } from '../form/check'
import { handIn, visible, type FormValues } from '../form/values'

/** What has been typed and ticked. A card's own data is not part of it. */
export interface Sheet {
  applicant: Applicant
  form: FormValues
  materials: Record<string, Tick>
  scans: Record<string, { id: string; name: string }> // files held for materials
}

/** given: seen by the clerk; later: promised, where the item allows it. */
export type Tick = 'given' | 'later' | ''

export const idCard = '居民身份证'

export function blankSheet(): Sheet {
  return { applicant: { type: 'person', name: '', number: '', phone: '', address: '', legal_representative: '', agent: null }, form: {}, materials: {}, scans: {} }
}

/** The fields that apply, given the answers before them. */
export const visibleFields = (item: Item | undefined, form: FormValues): Field[] => visible(item?.fields ?? [], form)

/** What is wrong with a resident number, "" if nothing can be seen (GB 11643). */
export function numberFault(number: string): string {
  const n = number.replace(/[\s-]/g, '').toUpperCase()
  if (n === '') return ''
  if (n.length !== 18) return `身份证号码是 18 位，现在 ${n.length} 位`
  if (!/^\d{17}[\dX]$/.test(n)) return '身份证号码只有数字，末位可以是 X'
  const sum = [...n.slice(0, 17)].reduce((s, d, i) => s + Number(d) * (2 ** (17 - i) % 11), 0)
  return '10X98765432'[sum % 11] === n[17] ? '' : '校验位不符，请逐位核对'
}

/** Everything that is still missing, in the order of the screen. */
export function missing(item: Item | undefined, sheet: Sheet, card: CardRead | undefined): string[] {
  const out: string[] = []
  const a = sheet.applicant
  if (!card && !a.name.trim()) out.push('申请人姓名')
  if (!card && !a.number.trim()) out.push(a.type === 'org' ? '统一社会信用代码' : '申请人证件号码')
  if (a.type === 'org' && !card && !a.legal_representative?.trim()) out.push('法定代表人')
  if (a.agent && !a.agent.name.trim()) out.push('代办人姓名')
  if (a.agent && !a.agent.number.trim()) out.push('代办人证件号码')
  if (!item) return [...out, '要办的事项']
  for (const m of item.materials) {
    if (m.necessity === 'required' && !tick(sheet, card, m.name)) out.push(`材料：${m.name}`)
  }
  const fields = item.fields ?? []
  for (const f of prove(fields, handIn(fields, sheet.form), { today: today() }).faults) {
    out.push(`表单：${labelOf(fields, f.path)}${f.key === 'required' ? '' : '有误'}`)
  }
  return out
}

/** What is missing as one sentence: what stands before the colon is said once. */
export function told(lacks: string[]): string {
  let before = ''
  return lacks
    .map((l, i) => {
      const head = l.slice(0, l.indexOf('：') + 1)
      const same = head === before
      before = head
      if (i === 0) return l
      return same ? `、${l.slice(head.length)}` : `；${l}`
    })
    .join('')
}

/** How a material stands: reading the card has shown the card. */
export function tick(sheet: Sheet, card: CardRead | undefined, name: string): Tick {
  return sheet.materials[name] || (card && name === idCard ? 'given' : '')
}

/** The checklist as it is handed in. */
export function given(item: Item, sheet: Sheet, card: CardRead | undefined): GivenMaterial[] {
  return item.materials.flatMap((m): GivenMaterial[] => {
    const t = tick(sheet, card, m.name)
    if (!t) return []
    if (t === 'later') return [{ name: m.name, provided: false, deferred: true }]
    const scan = sheet.scans[m.name]?.id
    return [scan ? { name: m.name, provided: true, scan } : { name: m.name, provided: true }]
  })
}

/** The form as it is handed in: what does not apply stays behind. */
export const answers = (item: Item, form: FormValues): FormValues => handIn(item.fields ?? [], form)

/** Where a fault is, in words: 地块第2行 面积. */
function labelOf(fields: Field[], path: string): string {
  const [name = '', row, cell] = path.split(/[[\].]+/)
  const f = fields.find((o) => o.name === name)
  if (row === undefined) return f?.label ?? path
  return `${f?.label ?? name}第${Number(row) + 1}行 ${f?.rows?.find((c) => c.name === cell)?.label ?? ''}`.trim()
}
