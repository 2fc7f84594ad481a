// The shapes that the Go side sends and takes: app/window/shapes.go and
// app/desk/types.go. A Go test (app/window/contract_test.go) compares the keys of
// each interface below with the JSON keys of the Go type of the same name, so keep
// one key on each line.

/** The device, named before anybody has logged in. */
export interface Station {
  name: string
  division: string
  counter: string
  tier: string
  district: string
}

/** The logged-in user. */
export interface Who {
  user: string
  roles: string[]
  idle_seconds: number
}

/** Chooses cases; empty fields choose all. */
export interface CaseFilter {
  status: string
  item: string
  from: string
  to: string
  limit: number
  offset: number
}

/** A part of a list of cases. */
export interface CasePage {
  cases: CaseLine[]
  more: boolean
}

/** A case in a list. Times are RFC 3339, dates YYYY-MM-DD. */
export interface CaseLine {
  number: string
  item: string
  item_name: string
  status: string
  status_name: string
  stage: string
  accepted_at: string
  due: string | null
  division: string
}

export interface CaseView {
  number: string
  case_id: string
  scope: string
  item: ItemID
  applicant: CaseApplicant
  stage: string
  stage_name: string
  status: string
  status_name: string
  legal_date: string
  accepted_at: string
  due: string | null
  due_provisional: boolean
  materials: MaterialView[]
  form: Record<string, unknown>
  documents: PrintView[]
  timeline: TimelineLine[]
  next_verbs: string[]
  waiting: number
}

export interface CaseApplicant {
  name: string
  number_masked: string
  type: string
  read: string
}

export interface ItemID {
  code: string
  name: string
  version: number
}

export interface MaterialView {
  name: string
  provided: boolean
  deferred: boolean
  file?: string
}

export interface PrintView {
  kind: string
  copy: number
  issued_at: string
  digest: string
}

export interface TimelineLine {
  op: string
  at: string
  actor: string
  device: string
  verb: string
  verb_name: string
  effective: boolean
  review: boolean
  reason: string | null
  opinion?: string
}

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
