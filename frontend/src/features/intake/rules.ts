// Rules that the counter screen applies while somebody types. The program judges
// again, and alone decides; here they save a round for what can be seen at once.
import type { Applicant, CardRead, Field, GivenMaterial, Item } from '../../bridge'
import { tidyDate } from '../../shared/date'

/** What has been typed and ticked. A card's own data is not part of it. */
export interface Sheet {
  applicant: Applicant
  form: Record<string, string>
  materials: Record<string, Tick>
}

/** given: seen by the clerk; later: promised, where the item allows it. */
export type Tick = 'given' | 'later' | ''

export const idCard = '居民身份证'

export function blankSheet(): Sheet {
  return { applicant: { type: 'person', name: '', number: '', phone: '', address: '', legal_representative: '', agent: null }, form: {}, materials: {} }
}

/** The fields that apply, given the answers before them. */
export function visibleFields(item: Item | undefined, form: Record<string, string>): Field[] {
  const shown = new Set<string>()
  return (item?.fields ?? []).filter((f) => {
    const on = f.visible_when
    if (on && !(shown.has(on.field) && on.in.includes(form[on.field] ?? ''))) return false
    shown.add(f.name)
    return true
  })
}

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
  for (const f of visibleFields(item, sheet.form)) {
    if (f.required && !sheet.form[f.name]?.trim()) out.push(`表单：${f.label}`)
  }
  return out
}

/** How a material stands: reading the card has shown the card. */
export function tick(sheet: Sheet, card: CardRead | undefined, name: string): Tick {
  return sheet.materials[name] || (card && name === idCard ? 'given' : '')
}

/** The checklist as it is handed in. */
export function given(item: Item, sheet: Sheet, card: CardRead | undefined): GivenMaterial[] {
  return item.materials.flatMap((m) => {
    const t = tick(sheet, card, m.name)
    if (!t) return []
    return [t === 'later' ? { name: m.name, provided: false, deferred: true } : { name: m.name, provided: true }]
  })
}

/** The form as it is handed in: what does not apply stays behind. */
export function answers(item: Item, form: Record<string, string>): Record<string, string> {
  const out: Record<string, string> = {}
  for (const f of visibleFields(item, form)) {
    const text = form[f.name]?.trim()
    if (text) out[f.name] = f.kind === 'date' ? tidyDate(text) : text
  }
  return out
}
