// A person as the counter knows them.
import type { CaseLine, ValueView } from './cases'

/** Lets an earlier value of a person's field (identity, phone, address) stand again. */
export interface Restore {
  person: string
  field: string
  op: string
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
  /** Records that somebody has to look at, oldest first. */
  reviews: PersonReview[]
  /** The user may say that they were looked at. */
  may_see: boolean
  /** What was said of those that were, newest first. */
  notes: PersonNote[]
}

/** A record about a person that somebody has to look at; what says in words what it recorded. */
export interface PersonReview {
  op: string
  what: string
  actor: string
  device: string
  at: string
}

/** What somebody wrote who looked at a person's records. */
export interface PersonNote {
  op: string
  text: string
  actor: string
  device: string
  at: string
}

/** Says that records of a person were looked at: those of ops, as they were shown. */
export interface SeenPerson {
  person: string
  ops: string[]
  text: string
}

/** The photo of a person's card; image is a data: address, or "" and text says why. */
export interface Photo {
  image: string
  until: string
  text: string
  hint: string
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
