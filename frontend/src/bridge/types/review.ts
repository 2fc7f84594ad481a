// What revoked devices said and waits to be admitted.

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
  /** Of a case: id of the thing that is admitted with it, "" if none waits. */
  applicant: string
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

/** Gives effect to all of a device, or to one thing and its applicant's; expect: the acts that were looked at. */
export interface Admission {
  device: string
  thing?: string
  expect: number
  opinion: string
}

export interface Admitted {
  name: string
  ops: number
  cases: number
  people: number
}
