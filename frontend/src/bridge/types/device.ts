// This PC and its card reader.

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
