// A typed value as the one text that it is kept as: forms/schema/value.go.
import type { Field } from '../../bridge'
import { division, phone } from './numbers'
import { compact, date, narrow, trim } from './text'

/** A value that a page or a draft holds, as text; undefined for lists and objects. */
export function asText(v: unknown): string | undefined {
  if (v === null || v === undefined) return ''
  return typeof v === 'string' || typeof v === 'number' || typeof v === 'boolean' ? String(v) : undefined
}

export function canonical(f: Field, raw: string): string {
  if (f.kind === 'text' || f.kind === 'longtext') return trim(raw.replaceAll('\r\n', '\n'))
  const s = narrow(raw)
  if (s === '') return ''
  switch (f.kind) {
    case 'number':
    case 'money': {
      const n = number(f, s)
      return 'text' in n ? n.text : s
    }
    case 'date':
      return date(s) ?? s
    case 'choice':
      return (f.choices ?? []).find((c) => narrow(c) === s) ?? s
    case 'bool':
      return yesNo(s)
    case 'phone':
      return phone(compact(s))
    case 'idnumber':
      return compact(s).toUpperCase().replace(/[-－·]/g, '')
    case 'creditcode':
      return compact(s).toUpperCase().replaceAll('-', '')
    case 'division':
      return division(compact(s)) ?? s
  }
  return s
}

function yesNo(s: string): string {
  const t = s.toLowerCase()
  if (['true', '是', '有', 'yes', '1'].includes(t)) return 'true'
  return ['false', '否', '无', 'no', '0'].includes(t) ? 'false' : s
}

/** The canonical text as the schema sees it. */
export function instance(f: Field, s: string): unknown {
  if (f.kind === 'bool' && (s === 'true' || s === 'false')) return s === 'true'
  if ((f.kind === 'number' || f.kind === 'money') && 'text' in number(f, s)) return Number(s)
  return s
}

export const decimalsOf = (f: Field) => (f.kind === 'money' ? 2 : 6)

/** The decimal text of a number, or the key of what is wrong with it. */
export function number(f: Field, typed: string): { text: string } | { fault: string } {
  let s = typed.replace(/^¥/, '').replace(/^￥/, '')
  if (f.unit && s.endsWith(f.unit)) s = s.slice(0, -f.unit.length)
  s = compact(s)
  if (/^[+-]?\d{1,3}(,\d{3})+(\.\d{1,9})?$/.test(s)) s = s.replaceAll(',', '')
  const m = /^([+-]?)(\d{1,15})(?:\.(\d{1,9}))?$/.exec(s)
  if (!m) return { fault: 'number' }
  let whole = (m[2] ?? '').replace(/^0+/, '')
  let fraction = (m[3] ?? '').replace(/0+$/, '')
  if (fraction.length > decimalsOf(f)) return { fault: 'decimals' }
  if (whole.length + fraction.length > 15) return { fault: 'digits' }
  if (whole === '') whole = '0'
  const sign = m[1] === '-' && !(whole === '0' && fraction === '') ? '-' : ''
  if (f.kind === 'money') fraction = (fraction + '00').slice(0, 2)
  return { text: sign + whole + (fraction ? '.' + fraction : '') }
}
