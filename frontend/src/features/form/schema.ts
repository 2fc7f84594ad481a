// The JSON Schema of a form, as forms/schema/compile.go writes it: a table
// (forms/schema/testdata/conformance.json) holds both to the same text.
import type { Field } from '../../bridge'

export type Schema = Record<string, unknown>

/** The schema that the values of a form are proved against. */
export function schemaOf(fields: Field[]): Schema {
  const properties: Schema = {}
  const required: string[] = []
  const conditions: Schema[] = []
  const kinds = new Map<string, string>()
  for (const f of fields) {
    properties[f.name] = property(f)
    kinds.set(f.name, f.kind)
    if (f.visible_when) conditions.push(condition(f, kinds.get(f.visible_when.field)))
    else if (f.required) required.push(f.name)
  }
  const out: Schema = { type: 'object', properties, required, additionalProperties: false }
  if (conditions.length > 0) out.allOf = conditions
  return out
}

function condition(f: Field, kind: string | undefined): Schema {
  const on = f.visible_when?.field ?? ''
  const values = (f.visible_when?.in ?? []).map((v) => (kind === 'bool' ? v === 'true' : v))
  return {
    if: { properties: { [on]: { enum: values } }, required: [on] },
    then: f.required ? { required: [f.name] } : {},
    else: { properties: { [f.name]: false } },
  }
}

function property(f: Field): unknown {
  switch (f.kind) {
    case 'group': {
      const least = leastRows(f)
      return { type: 'array', items: schemaOf(f.rows ?? []), maxItems: rowLimit(f), ...(least > 0 ? { minItems: least } : {}) }
    }
    case 'number':
    case 'money': {
      const out: Schema = { type: f.integer ? 'integer' : 'number' }
      if (bound(f.min)) out.minimum = Number(f.min)
      if (bound(f.max)) out.maximum = Number(f.max)
      return out
    }
    case 'bool':
      return { type: 'boolean' }
    case 'choice':
      return { type: 'string', enum: f.choices ?? [] }
    case 'text':
    case 'longtext': {
      const [low, high] = textBounds(f)
      const out: Schema = { type: 'string', format: f.kind, maxLength: high }
      if (low > 0) out.minLength = low
      if (f.pattern && usable(f.pattern)) out.pattern = `^(?:${f.pattern})$`
      return out
    }
  }
  return { type: 'string', format: f.kind }
}

const bound = (text: string | undefined) => text !== undefined && /^[+-]?\d{1,15}(\.\d{1,9})?$/.test(text)

/** A group that is required has at least one row. */
export const leastRows = (f: Field) => (f.required ? Math.max(f.min_rows ?? 0, 1) : (f.min_rows ?? 0))

export const rowLimit = (f: Field) => f.max_rows || 50

/** The least and greatest count of characters. */
export function textBounds(f: Field): [number, number] {
  const usual = f.kind === 'longtext' ? 2000 : 200
  return [Math.max(Number(f.min ?? '') || 0, 0), f.max ? Math.max(Number(f.max) || 0, 0) : usual]
}

// Patterns of flat fields may be of another kind than a browser's; the program judges those.
function usable(pattern: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`, 'u') !== undefined
  } catch {
    return false
  }
}
