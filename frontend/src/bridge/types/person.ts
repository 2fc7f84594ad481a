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
