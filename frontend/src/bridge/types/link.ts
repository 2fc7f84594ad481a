// How this device stands with the others.

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
