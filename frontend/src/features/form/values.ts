// What a form holds while somebody fills it in.
import type { Field } from '../../bridge'
import { leastRows } from './schema'
import { canonical } from './value'

export type Row = Record<string, string>
export type FormValues = Record<string, string | Row[]>

/** The fields that apply, given the answers before them. */
export function visible(fields: Field[], values: FormValues): Field[] {
  const shown = new Map<string, Field>()
  return fields.filter((f) => {
    const on = f.visible_when
    if (on) {
      const by = shown.get(on.field)
      if (!by || !on.in.includes(canonical(by, textOf(values, on.field)))) return false
    }
    shown.set(f.name, f)
    return true
  })
}

export function textOf(values: FormValues, name: string): string {
  const v = values[name]
  return typeof v === 'string' ? v : ''
}

/** The rows of a group, as many as it must have at least. */
export function rowsOf(f: Field, values: FormValues): Row[] {
  const v = values[f.name]
  const rows = Array.isArray(v) ? v : []
  return rows.length >= leastRows(f) ? rows : [...rows, ...Array.from({ length: leastRows(f) - rows.length }, () => ({}))]
}

export const emptied = (row: Row) => Object.values(row).every((v) => v.trim() === '')

/** What is handed in: what does not apply stays behind, and so do empty rows at the end. */
export function handIn(fields: Field[], values: FormValues): FormValues {
  const out: FormValues = {}
  for (const f of visible(fields, values)) {
    if (f.kind !== 'group') {
      const text = canonical(f, textOf(values, f.name))
      if (text) out[f.name] = text
      continue
    }
    const rows = rowsOf(f, values).map((row) => handIn(f.rows ?? [], row) as Row)
    while (rows.length > 0 && emptied(rows.at(-1) ?? {})) rows.pop()
    if (rows.length > 0) out[f.name] = rows
  }
  return out
}

/** A first value of the program as the boxes hold it; undefined if they cannot. */
export function taken(f: Field, value: unknown): string | Row[] | undefined {
  if (f.kind !== 'group') return typeof value === 'string' ? value : undefined
  if (!Array.isArray(value)) return undefined
  return value.map((row) => Object.fromEntries(Object.entries(row as object).filter(([, v]) => typeof v === 'string')) as Row)
}

export const isEmpty = (v: string | Row[] | undefined) =>
  v === undefined || (typeof v === 'string' ? v.trim() === '' : v.every(emptied))
