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
}

/** A case or person of which somebody has to see to something; kinds in words too. */
export interface ReviewLine {
  type: string
  number: string
  id: string
  division: string
  item: string
  item_name: string
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

/** Lets an earlier value of a person's field (identity, phone, address) stand again. */
export interface Restore {
  person: string
  field: string
  op: string
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

/** A person as the counter knows them. */
export interface PersonView {
  id: string
  scope: string
  type: string
  name: string
  number_masked: string
  birth?: string
  sex?: string
  phone?: string
  address?: string
  source: string
  superseded: number
  values: ValueView[]
  cases: CaseLine[]
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

/** What a reader gave; id names it in an Application. */
export interface CardRead {
  id: string
  kind: string
  name: string
  name_en: string
  sex: string
  ethnicity: string
  birth: string
  address: string
  number: string
  issuer: string
  valid_from: string
  valid_to: string
  warnings: string[]
}

/** What is handed in; card is "" for a typed applicant; prefilled names the fields that stand as Prefill gave them. */
export interface Application {
  item: string
  card: string
  applicant: Applicant
  form: Record<string, unknown>
  prefilled: string[]
  materials: GivenMaterial[]
  legal_date: string
}

export interface Applicant {
  type: string
  name: string
  number: string
  phone?: string
  address?: string
  legal_representative?: string
  agent?: Agent | null
}

export interface Agent {
  name: string
  number: string
  phone?: string
}

/** scan is the id of a HeldScan. */
export interface GivenMaterial {
  name: string
  provided: boolean
  deferred?: boolean
  scan?: string
}

/** Names the form and the applicant whose values are looked for. */
export interface PrefillAsk {
  item: string
  card: string
  number: string
}

/** A first value for a field, with its source: card, person or case. */
export interface Prefilled {
  field: string
  value: unknown
  source: string
  from: string
}

/** A case that is durable. */
export interface Accepted {
  number: string
  item: string
  accepted_at: string
  due: string | null
  due_provisional: boolean
  warnings: string[]
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

/** A printed paper: a file in the desktop program, a ticket to fetch it once in a browser. */
export interface Paper {
  kind: string
  copy: number
  file: string
  opened: boolean
  ticket: string
  reprint: number
  printer: string
  warnings: string[]
}

/** Of a case (number), of an item (guide, checklist), of a person (mine) or of a day (handover). */
export interface PaperRequest {
  kind: string
  number: string
  texts: Record<string, unknown>
  anew: boolean
  copy: number
  paper: string
  printer: string
  item: string
  person: string
  day: string
  to: string
}

export interface PaperOffer {
  kind: string
  title: string
  now: boolean
  printed: number
  papers: string[]
  scans: boolean
  fields: PaperField[]
}

export interface PaperField {
  key: string
  zh: string
  type: string
  required: boolean
  when: string[]
  basis: string
  value: string
  options: PaperOption[]
  columns: PaperColumns[]
  /** Left empty, it states the opinion that the act is done with. */
  opinion: boolean
}

export interface PaperOption {
  value: string
  zh: string
}

export interface PaperColumns {
  key: string
  zh: string
  required: boolean
}

export interface PrinterList {
  printers: Printer[]
  chosen: PrinterChoice[]
  why: string
}

export interface Printer {
  name: string
  default: boolean
  stopped: boolean
  rejecting: boolean
  why?: string
}

export interface PrinterChoice {
  kind: string
  printer: string
}

/** Whether a document is genuine, as far as this device knows (as_of). */
export interface Verification {
  valid: boolean
  number: string
  kind: string
  issued_at: string
  device: string
  as_of: string
  why: string | null
  verdict: string
  title: string
  device_name: string
  note: string
}

/** How the card reader is, in words, with what to do next. */
export interface ReaderState {
  set: boolean
  ok: boolean
  code: string
  text: string
  hint: string
  port: string
  sam_id: string
  library: string
  decoder: string
  last: LastCard
  found: FoundReader[]
}

/** How the last read ended; at is "" before the first. */
export interface LastCard {
  at: string
  ok: boolean
  text: string
  hint: string
}

/** A device that may be a reader. */
export interface FoundReader {
  port: string
  description: string
  version: string
  problem: string
  hint: string
}

/** The photo of a person's card; image is a data: address, or "" and text says why. */
export interface Photo {
  image: string
  until: string
  text: string
  hint: string
}

/** How this device stands with the others. above: somebody is to get its records. */
export interface LinkState {
  ops: number
  waiting: number
  cases: number
  devices: number
  roads: Road[]
  backlog: Backlog
  above: boolean
  reader: boolean
  papers: string
  drafts: boolean
  now: string
  notices: LinkNotice[]
  handover: LinkHandover
  waits: LinkWait[]
  stations: LinkStation[]
}

/** A sentence that somebody should know. level: bad, warn, info. */
export interface LinkNotice {
  kind: string
  level: string
  text: string
}

/** Cases of this device that no superior has confirmed; numbers are the overdue ones. */
export interface LinkHandover {
  limit_days: number
  waiting: number
  due_today: number
  overdue: number
  numbers: string[]
}

/** Records that wait to take effect for the same reason. */
export interface LinkWait {
  scope: string
  device: string
  ops: number
  text: string
}

/** A station as seen from here; below: it hands its cases over to this one. */
export interface LinkStation {
  name: string
  division: string
  tier: string
  below: boolean
  connected: boolean
  last_contact: string
  last_record: string
  silent_days: number
  silent: boolean
  text: string
}

/** One way on which records are exchanged; drawn as it is given. */
export interface Road {
  kind: string
  name: string
  on: boolean
  note: string
  peers: Peer[]
}

/** A device at the other end of a road. Times are RFC 3339, "" is never. */
export interface Peer {
  name: string
  tier: string
  address: string
  connected: boolean
  since: string
  last_contact: string
  trouble: string
  sent_bytes: number
  received_bytes: number
  want_files: number
  want_bytes: number
  got_bytes: number
  progress: string
}

/** What no superior has confirmed to hold yet. */
export interface Backlog {
  ops: number
  cases: number
  oldest: string
  number: string
}

/** The outcome of a round with a superior, or of one with a stick. */
export interface Exchange {
  peer: string
  sent_ops: number
  received_ops: number
  sent_bytes: number
  received_bytes: number
  files: number
  stations: string[]
  faults: ExchangeFault[]
}

/** One file that was passed over. */
export interface ExchangeFault {
  file: string
  device: string
  what: string
  why: string
}

/** A folder that looks like a plugged-in stick; free is -1 when not known. */
export interface Stick {
  path: string
  name: string
  free: number
}

/** Numbers of cases. */
export interface Numbers {
  numbers: string[]
}

/** The settings of this PC; they never travel. reader_fixed: named when the program was started. */
export interface Settings {
  large: boolean
  reader_port: string
  reader_fixed: boolean
  idle_minutes: number
  scan_folder: string
  scan_remove: boolean
}

/** How this PC stands. Times are RFC 3339; sizes in bytes, -1 when not known. */
export interface Health {
  version: string
  system: string
  home: string
  disk_free: number
  disk_total: number
  now: string
  seen: string
  clock_doubt: boolean
  papers: string
  drafts: boolean
}

/** A piece of a file that is added to an application; data is base64. */
export interface ScanPiece {
  id: string
  name: string
  size: number
  offset: number
  data: string
}

/** A file that is held for an application; done: whole, sealed and durable. */
export interface HeldScan {
  id: string
  name: string
  size: number
  done: boolean
}

/** A file in the scanner's folder. */
export interface FolderScan {
  name: string
  size: number
  modified: string
}

/** Ids of held scans. */
export interface ScanIDs {
  ids: string[]
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

/** A person found by name; the number is masked. */
export interface NameHit {
  id: string
  scope: string
  type: string
  name: string
  number_masked: string
  sex: string
  birth: string
}

/** People found by name, best first. Not complete: asked a little later, it knows more. */
export interface NameHits {
  people: NameHit[]
  complete: boolean
  known: number
}

/** One act of a revoked device that has no effect yet. */
export interface WithheldAct {
  op: string
  verb: string
  verb_name: string
  at: string
  actor: string
  opinion?: string
  detail?: string
}

/** A case or person of which acts wait; stands: something of it has effect, so it can be opened. */
export interface WithheldThing {
  type: string
  number: string
  id: string
  item_name: string
  name: string
  number_masked: string
  stands: boolean
  acts: WithheldAct[]
}

/** A revoked device with all of it that waits to be admitted. */
export interface WithheldDevice {
  device: string
  name: string
  ops: number
  cases: number
  people: number
  first: string
  last: string
  things: WithheldThing[]
}

/** Gives effect to all of a device; expect: the acts that were looked at. */
export interface Admission {
  device: string
  expect: number
  opinion: string
}

export interface Admitted {
  name: string
  ops: number
  cases: number
  people: number
}
