import type {
  Accepted,
  Act,
  Admission,
  Admitted,
  Application,
  CardRead,
  CaseFilter,
  CasePage,
  CaseView,
  Content,
  Division,
  Exchange,
  FolderScan,
  Health,
  HeldScan,
  Item,
  ItemLine,
  LinkState,
  MaterialRef,
  NameHits,
  Numbers,
  Paper,
  PaperOffer,
  PaperRequest,
  PersonView,
  Photo,
  PrefillAsk,
  Prefilled,
  PrinterList,
  ReaderState,
  Restore,
  ReviewLine,
  ScanIDs,
  ScanPiece,
  SeenPerson,
  Settings,
  Station,
  Stick,
  Verification,
  Who,
  WithheldDevice,
} from './types'

/**
 * What a page can ask of the program: the methods of app/window.Window under the
 * same names. Every promise rejects with a DeskError and nothing else.
 */
export interface Desk {
  Station(): Promise<Station>
  Login(name: string, password: string): Promise<Who>
  Logout(): Promise<void>
  /** active: the user has typed or clicked since the last time of asking. */
  Whoami(active: boolean): Promise<Who>
  Cases(filter: CaseFilter): Promise<CasePage>
  Case(number: string): Promise<CaseView>
  Items(query: string): Promise<ItemLine[]>
  Item(code: string): Promise<Item>
  Divisions(): Promise<Division[]>
  /** Waits up to half a minute for a card. */
  ReadCard(): Promise<CardRead>
  CancelCard(): Promise<void>
  /** Looks at the reader; asking is no sign of the user. */
  Reader(): Promise<ReaderState>
  /** The photo of a person's card, or in words why there is none. */
  Photo(person: string): Promise<Photo>
  Prefill(ask: PrefillAsk): Promise<Prefilled[]>
  Accept(application: Application): Promise<Accepted>
  Act(act: Act): Promise<CaseView>
  Print(number: string, kind: string): Promise<Paper>
  /** What can be issued for a case; with a verb, after that act. */
  Papers(number: string, verb: string): Promise<PaperOffer[]>
  /** Comes back when the paper exists; with a printer, when the spooler took it. */
  PrintPaper(request: PaperRequest): Promise<Paper>
  Printers(): Promise<PrinterList>
  /** text: what a scanner read, or a PDF as a data URL. */
  Verify(text: string): Promise<Verification>
  FindPerson(number: string): Promise<PersonView[]>
  Person(id: string): Promise<PersonView>
  /** Lets an earlier value stand again, by an act of its own. */
  Restore(value: Restore): Promise<PersonView>
  /** Takes the mark 待复核 off records that a supervisor looked at. */
  SeenPerson(seen: SeenPerson): Promise<PersonView>
  /** By any characters of a name, pinyin or initials; a few, best first. */
  /** Names of the applicants of at most 100 cases, in the same order; "" where there is none. */
  Applicants(numbers: Numbers): Promise<string[]>
  FindByName(query: string): Promise<NameHits>
  /** What somebody has to see to at this device's service points. */
  Reviews(): Promise<ReviewLine[]>
  /** What revoked devices said and the user may admit. */
  Withheld(): Promise<WithheldDevice[]>
  Admit(admission: Admission): Promise<Admitted>
  /** Keeps what the user has typed; "" forgets it. */
  SaveDraft(text: string): Promise<void>
  Draft(): Promise<string>
  Link(): Promise<LinkState>
  /** Those of the cases of which something is not with a superior yet. */
  Unsent(numbers: Numbers): Promise<string[]>
  /** One round with the superior; comes back when both sides hold the same. */
  SyncNow(): Promise<Exchange>
  Sticks(): Promise<Stick[]>
  StickExport(folder: string): Promise<Exchange>
  StickImport(folder: string): Promise<Exchange>
  /** Before a login only large is told. */
  Settings(): Promise<Settings>
  SaveSettings(settings: Settings): Promise<Settings>
  Health(): Promise<Health>
  /** Keeps something small of the user's on this PC. */
  SaveOwn(text: string): Promise<void>
  Own(): Promise<string>
  /** Takes a piece of a file, in order; the first has no id, the answer has. */
  AddScan(piece: ScanPiece): Promise<HeldScan>
  /** Gives up the files of the user's application, all but those named. */
  DropScans(keep: ScanIDs): Promise<void>
  FolderScans(): Promise<FolderScan[]>
  TakeScan(name: string): Promise<HeldScan>
  Scan(material: MaterialRef): Promise<Content>
  /** A paper that Print has made a moment ago. */
  PaperData(ticket: string): Promise<Content>
}

/**
 * Tells what changed in the program: records, link, device. up says whether the
 * program can be heard at all; what changed before that has to be asked for. Gives
 * the function that stops it.
 */
export type Changes = (changed: (topics: string[]) => void, up: (connected: boolean) => void) => () => void

/** The program as a page has it: what can be asked, and what it tells by itself. */
export type Seat = Desk & { changes: Changes }

/** One call on the way to the program, whatever the way. */
export type Call = (method: keyof Desk, args: unknown[]) => Promise<unknown>

/** Makes a Desk of a way to call. The types are vouched for by the Go test on types/. */
export function deskOver(call: Call): Desk {
  const ask = <T>(method: keyof Desk, ...args: unknown[]) => call(method, args) as Promise<T>
  return {
    Station: () => ask('Station'),
    Login: (name, password) => ask('Login', name, password),
    Logout: async () => void (await ask('Logout')),
    Whoami: (active) => ask('Whoami', active),
    Cases: (filter) => ask('Cases', filter),
    Case: (number) => ask('Case', number),
    Items: (query) => ask('Items', query),
    Item: (code) => ask('Item', code),
    Divisions: () => ask('Divisions'),
    ReadCard: () => ask('ReadCard'),
    CancelCard: async () => void (await ask('CancelCard')),
    Reader: () => ask('Reader'),
    Photo: (person) => ask('Photo', person),
    Prefill: (who) => ask('Prefill', who),
    Accept: (application) => ask('Accept', application),
    Act: (act) => ask('Act', act),
    Print: (number, kind) => ask('Print', number, kind),
    Papers: (number, verb) => ask('Papers', number, verb),
    PrintPaper: (request) => ask('PrintPaper', request),
    Printers: () => ask('Printers'),
    Verify: (text) => ask('Verify', text),
    FindPerson: (number) => ask('FindPerson', number),
    Person: (id) => ask('Person', id),
    Restore: (value) => ask('Restore', value),
    SeenPerson: (seen) => ask('SeenPerson', seen),
    Applicants: (numbers) => ask('Applicants', numbers),
    FindByName: (query) => ask('FindByName', query),
    Reviews: () => ask('Reviews'),
    Withheld: () => ask('Withheld'),
    Admit: (admission) => ask('Admit', admission),
    SaveDraft: async (text) => void (await ask('SaveDraft', text)),
    Draft: () => ask('Draft'),
    Link: () => ask('Link'),
    Unsent: (numbers) => ask('Unsent', numbers),
    SyncNow: () => ask('SyncNow'),
    Sticks: () => ask('Sticks'),
    StickExport: (folder) => ask('StickExport', folder),
    StickImport: (folder) => ask('StickImport', folder),
    Settings: () => ask('Settings'),
    SaveSettings: (settings) => ask('SaveSettings', settings),
    Health: () => ask('Health'),
    SaveOwn: async (text) => void (await ask('SaveOwn', text)),
    Own: () => ask('Own'),
    AddScan: (piece) => ask('AddScan', piece),
    DropScans: async (keep) => void (await ask('DropScans', keep)),
    FolderScans: () => ask('FolderScans'),
    TakeScan: (name) => ask('TakeScan', name),
    Scan: (material) => ask('Scan', material),
    PaperData: (ticket) => ask('PaperData', ticket),
  }
}
