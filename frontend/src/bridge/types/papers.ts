// Papers: what can be printed, by which printer, and whether one is genuine.

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
  why_en?: string
  note_en?: string
}
