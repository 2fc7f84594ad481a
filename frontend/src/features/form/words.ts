// The words of faults: the very file that the program reads.
import table from '../../../../forms/schema/messages.json'
import type { Field } from '../../bridge'
import type { Fault } from './check'
import { leastRows, rowLimit, textBounds } from './schema'
import { decimalsOf } from './value'

const messages: Record<string, { zh: string; fix_zh: string }> = table

/** A fault in Chinese: what is wrong, and how to mend it. */
export function told(f: Field | undefined, fault: Fault, value: string): { what: string; fix: string } {
  const m = messages[fault.key] ?? { zh: '这一项有误', fix_zh: '' }
  const values: Record<string, string> = f ? params(f, value) : {}
  Object.assign(values, { limit: fault.limit ?? '', named: fault.named ?? '' })
  const fill = (text: string) => text.replace(/\{([a-z_]+)\}/g, (_, name: string) => values[name] ?? '')
  return { what: fill(m.zh), fix: fill(m.fix_zh) }
}

function params(f: Field, value: string): Record<string, string> {
  let [min, max] = [f.min ?? '', f.max ?? '']
  if (f.kind === 'text' || f.kind === 'longtext') [min, max] = textBounds(f).map(String) as [string, string]
  if (f.kind === 'group') [min, max] = [String(leastRows(f)), String(rowLimit(f))]
  return {
    min, max, n: String([...value].length), unit: f.unit ?? '', hint: f.hint ?? '', value, choices: (f.choices ?? []).join('、'),
    decimals: String(decimalsOf(f)), need: need(f),
  }
}

function need(f: Field): string {
  if (f.kind === 'choice') return `选择其一：${(f.choices ?? []).join('、')}`
  if (f.kind === 'date') return '填写日期，如 2026-01-31'
  if (f.kind === 'bool') return '填写是或否'
  if (f.kind === 'group') return `至少填 ${leastRows(f)} 行`
  return f.hint ? `请填写：${f.hint}` : '请填写'
}
