// Items, their forms and the divisions.

/** An item of the catalogue in a list. */
export interface ItemLine {
  code: string
  name: string
  department: string
  instant: boolean
  days: number
  version: number
  effective_from: string
  required_fields: string[]
}

/** An item of the catalogue in one version, whole. */
export interface Item {
  code: string
  scheme: string
  name: string
  aliases?: string[]
  version: number
  effective_from: string
  effective_to?: string
  sample?: boolean
  department: string
  level: string
  type: string
  objects: string[]
  themes?: string[]
  instant?: boolean
  promised_days?: number
  statutory_days?: number
  visits?: number
  single?: boolean
  reversible?: boolean
  conditions: string[]
  eligibility?: Eligibility[]
  refusals?: string[]
  special_steps?: SpecialStep[]
  materials: ItemMaterial[]
  flow: FlowStage[]
  fees?: Fee[]
  result: ItemResult
  fields?: Field[]
  form?: Form | null
  window: ItemWindow
  relief: ItemRelief
  legal_basis: LegalBasis[]
}

/** A condition that the program judges; refuse: else the clerk is only warned. */
export interface Eligibility {
  rule: string
  value?: string
  refuse?: boolean
  basis?: string
}

/** A material that an item asks for. necessity: required, conditional, optional. */
export interface ItemMaterial {
  name: string
  necessity: string
  when?: string
  source: string
  originals?: number
  copies?: number
  seen_only?: boolean
  form: string
  may_promise?: boolean
  promise_days?: number
  issuer?: string
  standard?: string
  blank?: string
}

export interface SpecialStep {
  name: string
  days: number
  counted?: boolean
}

export interface FlowStage {
  stage: string
  post: string
  limit?: number
  output?: string
}

export interface Fee {
  name: string
  amount: string
  unit?: string
  basis: string
  relieved?: string
}

export interface ItemResult {
  name: string
  type: string
  validity?: string
  delivery?: string
}

/** The author's definition of a form; fields is what it comes to. */
export interface Form {
  schema: unknown
  layout?: FormLayout
}

export interface FormLayout {
  sections?: FormSection[]
  fields?: FormHint[]
}

export interface FormSection {
  title: string
  fields: string[]
}

export interface FormHint {
  field: string
  hint?: string
  unit?: string
  min?: string
  max?: string
  visible_when?: FieldCondition | null
  prefill?: string[]
  key?: string
  row_name?: string
}

/** A field of an item's form; a value is one text, of a group a list of rows. */
export interface Field {
  name: string
  label: string
  kind: string
  required?: boolean
  choices?: string[]
  min?: string
  max?: string
  pattern?: string
  hint?: string
  unit?: string
  visible_when?: FieldCondition | null
  integer?: boolean
  section?: string
  prefill?: string[]
  key?: string
  rows?: Field[]
  row_name?: string
  min_rows?: number
  max_rows?: number
}

export interface FieldCondition {
  field: string
  in: string[]
}

export interface ItemWindow {
  address?: string
  hours?: string
  phone?: string
  complaint?: string
  transport?: string
  url?: string
}

export interface ItemRelief {
  reconsideration?: string
  lawsuit?: string
}

export interface LegalBasis {
  law: string
  article?: string
  text?: string
}

export interface Division {
  code: string
  name: string
  level: string
  parent: string
  former?: string
  valid_from?: string
  valid_to?: string
}
