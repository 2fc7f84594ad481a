// The counter: from the card to the number, and the files that go with it.

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
