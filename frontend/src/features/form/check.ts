// What is wrong with a form, judged as forms/schema judges it: the same schema, the
// same keys. The validator walks the schema and makes no code, as the page's
// content policy demands.
import { format, Validator, type OutputUnit } from '@cfworker/json-schema'

import type { Field } from '../../bridge'
import { creditFault, divisionFault, idFault, phoneFault } from './numbers'
import { schemaOf } from './schema'
import { controlFault, dateFault } from './text'
import { asText, canonical, instance, number } from './value'

export interface Fault {
  path: string
  key: string
  limit?: string
  named?: string
}

export interface Surroundings {
  today: string
  /** Whether a division exists; undefined accepts every well-formed code. */
  division?: (code: string) => boolean
}

type Values = Record<string, unknown>

const formats: Record<string, (s: string) => string> = {
  text: (s) => controlFault(s, ''),
  longtext: (s) => controlFault(s, '\n'),
  date: dateFault,
  phone: phoneFault,
  idnumber: idFault,
  creditcode: creditFault,
  division: divisionFault,
}
for (const [name, check] of Object.entries(formats)) format[name] = (s) => check(s) === ''

const kinds = new Set(['number', 'money', 'bool', 'choice', 'group', ...Object.keys(formats)])

const validators = new WeakMap<Field[], Validator>()

function validator(fields: Field[]): Validator {
  const known = validators.get(fields) ?? new Validator(schemaOf(fields), '2020-12', false)
  validators.set(fields, known)
  return known
}

/** The canonical values of a form, and everything that is wrong with them. */
export function prove(fields: Field[], given: Values, around: Surroundings): { values: Values; faults: Fault[] } {
  const proof = new Proof(fields, around)
  const [values, judged] = proof.object(fields, given, '')
  for (const unit of validator(fields).validate(judged).errors) proof.collect(unit)
  proof.more(fields, values, '')
  const faults = proof.ordered()
  for (const f of faults) delete values[f.path.split('[')[0] ?? '']
  return { values, faults }
}

class Proof {
  private readonly faults = new Map<string, Fault>()
  private readonly texts = new Map<string, string>()
  private readonly odd = new Set<string>()
  private readonly rows = new Map<string, number>()
  private readonly rank = new Map<string, number>()

  constructor(
    private readonly fields: Field[],
    private readonly around: Surroundings,
  ) {}

  object(fields: Field[], given: Values, at: string): [Values, Values] {
    const values: Values = {}
    const judged: Values = {}
    for (const f of fields) {
      const path = at + f.name
      if (f.kind === 'group') {
        this.group(f, given[f.name], path, values, judged)
        continue
      }
      const typed = asText(given[f.name])
      if (typed === undefined) {
        judged[f.name] = {}
        this.odd.add(path)
        continue
      }
      const text = canonical(f, typed)
      if (text === '') continue
      values[f.name] = text
      judged[f.name] = instance(f, text)
      this.texts.set(path, text)
      if (!kinds.has(f.kind)) this.add(path, 'kind')
    }
    for (const name of Object.keys(given)) if (!fields.some((f) => f.name === name)) judged[name] = true
    return [values, judged]
  }

  private group(f: Field, given: unknown, path: string, values: Values, judged: Values) {
    if (given === undefined || given === null || given === '') return
    if (!Array.isArray(given)) {
      judged[f.name] = ''
      return
    }
    const rows = [...given]
    while (rows.length > 0 && emptyRow(rows.at(-1))) rows.pop()
    if (rows.length === 0) return
    this.rows.set(f.name, rows.length)
    const kept: Values[] = []
    judged[f.name] = rows.map((row, i) => {
      if (!isObject(row)) return ''
      const [v, j] = this.object(f.rows ?? [], row, `${path}[${i}].`)
      kept.push(v)
      return j
    })
    values[f.name] = kept
  }

  collect(unit: OutputUnit) {
    const at = unit.instanceLocation.replace(/^#\/?/, '').split('/').filter(Boolean).map(plain)
    switch (unit.keyword) {
      case 'required': {
        const name = /property "(.*)"/.exec(unit.error)?.[1] ?? ''
        return this.judge([...at, name], 'required')
      }
      case 'false':
        return this.judge(at, 'not_applicable')
      case 'type': case 'enum': case 'format': case 'pattern': case 'minLength': case 'maxLength':
      case 'minimum': case 'maximum': case 'minItems': case 'maxItems':
        return this.judge(at, unit.keyword)
    }
  }

  private judge(at: string[], word: string) {
    const { path, field, row } = locate(this.fields, at)
    const rank = ranks.indexOf(word)
    if (this.faults.has(path) && (this.rank.get(path) ?? -1) <= rank) return
    this.rank.set(path, rank)
    if (!field) this.faults.set(path, { path, key: 'unknown' })
    else this.add(path, row ? 'rows' : this.refine(field, path, word))
  }

  private refine(f: Field, path: string, word: string): string {
    const text = this.texts.get(path) ?? ''
    if (word === 'format') return formats[f.kind]?.(text) || 'type'
    if (word === 'type') {
      if (f.kind === 'group') return 'rows'
      if (this.odd.has(path)) return 'type'
      if (f.kind === 'bool') return 'bool'
      const n = number(f, text)
      return 'fault' in n ? n.fault : 'integer'
    }
    return short[word] ?? word
  }

  private add(path: string, key: string, more: Partial<Fault> = {}) {
    this.faults.set(path, { path, key, ...more })
  }

  more(fields: Field[], values: Values, at: string) {
    for (const f of fields) {
      const v = values[f.name]
      const path = at + f.name
      if (Array.isArray(v)) v.forEach((row, i) => this.more(f.rows ?? [], row as Values, `${path}[${i}].`))
      if (typeof v !== 'string' || this.faults.has(path)) continue
      if (f.kind === 'date') this.bounds(f, v, values, path, fields)
      if (f.kind === 'division' && this.around.division && !this.around.division(v)) this.add(path, 'division_unknown')
    }
  }

  private bounds(f: Field, v: string, values: Values, path: string, fields: Field[]) {
    const limit = (bound: string | undefined): [string, string] => {
      if (!bound) return ['', '']
      if (bound === 'today') return [this.around.today, '']
      if (dateFault(bound) === '') return [bound, '']
      const other = asText(values[bound]) ?? ''
      const label = fields.find((o) => o.name === bound)?.label ?? ''
      return dateFault(other) === '' ? [other, `“${label}”`] : ['', '']
    }
    const [low, after] = limit(f.min)
    const [high, before] = limit(f.max)
    if (low && v < low) this.add(path, 'date_min', { limit: low, named: after })
    else if (high && v > high) this.add(path, 'date_max', { limit: high, named: before })
  }

  /** In the order of the form, unknown names behind. */
  ordered(): Fault[] {
    const out: Fault[] = []
    const take = (path: string) => {
      const f = this.faults.get(path)
      if (f) out.push(f)
      this.faults.delete(path)
    }
    for (const f of this.fields) {
      take(f.name)
      for (let i = 0; i < (this.rows.get(f.name) ?? 0); i++) {
        take(`${f.name}[${i}]`)
        for (const c of f.rows ?? []) take(`${f.name}[${i}].${c.name}`)
      }
    }
    for (const path of [...this.faults.keys()].sort()) take(path)
    return out
  }
}

// Of several faults of one value the one that explains the others is told.
const ranks = [
  'not_applicable', 'required', 'type', 'enum', 'format', 'minLength', 'maxLength', 'pattern', 'minimum', 'maximum', 'minItems', 'maxItems',
]

const short: Record<string, string> = {
  enum: 'choice', minLength: 'too_short', maxLength: 'too_long', minimum: 'min', maximum: 'max', minItems: 'few_rows', maxItems: 'many_rows',
}

// A token of the validator's pointers as it was: percent signs and tildes stand for others.
const plain = (token: string) => decodeURI(token).replaceAll('~1', '/').replaceAll('~0', '~')

const isObject = (v: unknown): v is Values => typeof v === 'object' && v !== null && !Array.isArray(v)

export const emptyRow = (row: unknown) =>
  row === null || row === undefined || (isObject(row) && Object.values(row).every((v) => asText(v)?.trim() === ''))

/** The field at a place of the form; row says that the place is a row itself. */
function locate(fields: Field[], at: string[]): { path: string; field: Field | undefined; row: boolean } {
  let path = ''
  let field: Field | undefined
  let row = false
  for (const token of at) {
    if (/^\d+$/.test(token) && field?.kind === 'group' && !row) {
      path += `[${token}]`
      row = true
      continue
    }
    const list: Field[] = row ? (field?.rows ?? []) : fields
    if (row) path += '.'
    path += token
    row = false
    field = list.find((f) => f.name === token)
    if (!field) return { path, field, row }
  }
  return { path, field, row }
}
