// The list of cases and one case, whole.

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
  values: ValueView[]
  dispute: string[]
  joins: JoinView[]
  tasks: TaskView[]
}

/** Another acceptance of the same matter; survives: this case is the one that goes on. */
export interface JoinView {
  number: string
  division: string
  stage: string
  survives: boolean
}

/** Something that a person has to see to. */
export interface TaskView {
  kind: string
  name: string
  op: string
  /** The user may mark it as seen to, with a note. */
  clearable: boolean
}

/** A case or person of which somebody has to see to something; kinds in words too. */
export interface ReviewLine {
  type: string
  number: string
  id: string
  division: string
  item: string
  item_name: string
  /** Of a person, with the masked number. */
  name: string
  status: string
  status_name: string
  kinds: string[]
  kind_names: string[]
}

/** A field with where its value came from; source: card, typed, import, of a form also person, case; from says it in
 *  words. columns and rows: of a group. others: newest first. */
export interface ValueView {
  field: string
  name: string
  value: string
  op: string
  source: string
  source_name: string
  from: string
  columns: string[]
  rows: string[][]
  actor: string
  device: string
  at: string
  restored: RestoredBy | null
  others: OtherValue[]
}

/** Who let a value stand again. */
export interface RestoredBy {
  op: string
  actor: string
  device: string
  at: string
}

/** A value that does not stand; why: superseded, chip_stands, replaced. Restored by its op. */
export interface OtherValue {
  value: string
  op: string
  source: string
  source_name: string
  actor: string
  device: string
  at: string
  why: string
  why_name: string
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
  scan?: Scan | null
}

/** How much of a scan is on this PC, in parts, and how many of them a superior holds. */
export interface Scan {
  size: number
  ext: string
  parts: number
  held: number
  delivered: number
  released?: boolean
}

export interface PrintView {
  kind: string
  copy: number
  issued_at: string
  digest: string
  title: string
  reprint: number
  printer: string
  failed: boolean
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
  detail?: string
  by?: string
  restorable: boolean
}

/** A step of a case. */
export interface Act {
  number: string
  verb: string
  opinion: string
  to: string
  choose: string
  legal_date?: string
  due?: string
  /** Kind of the document that is to be issued after it; what it must state is checked before. */
  paper?: string
  texts?: Record<string, unknown>
}

/** Numbers of cases. */
export interface Numbers {
  numbers: string[]
}

/** Names the scan of a material of a case. */
export interface MaterialRef {
  number: string
  material: string
}

/** A file to be shown in the page; kind is a media type, data base64. */
export interface Content {
  name: string
  kind: string
  data: string
}
