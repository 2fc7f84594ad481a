// @vitest-environment node
//
// What the fake in memory and the real program must both do, so that the fake cannot
// lie. The real one is asked when "make e2e" has started it (e2e/contract.mjs).
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import { deskOver, type Desk } from './desk'
import { toDeskError } from './errors'
import { memoryDesk, sample } from './memory'
import type { Application } from './types'

const link = process.env.ONEDOOR_CONTRACT_LINK

/** The HTTP road as a browser walks it, cookie and origin included. */
async function overHTTP(address: string): Promise<Desk> {
  const url = new URL(address)
  const headers: Record<string, string> = { 'Content-Type': 'application/json', Origin: url.origin }
  async function post(path: string, body: unknown): Promise<unknown> {
    const response = await fetch(url.origin + path, { method: 'POST', headers, body: JSON.stringify(body) })
    const cookie = response.headers.get('set-cookie')
    if (cookie) headers.Cookie = cookie.split(';')[0] ?? ''
    const answer = (await response.json()) as { value?: unknown }
    if (!response.ok) throw toDeskError(answer)
    return answer.value
  }
  headers['X-Onedoor-Key'] = ((await post('/api/open', { token: url.hash.slice(1) })) as { key: string }).key
  return deskOver((method, args) => post(`/api/call/${method}`, args))
}

const person = { name: '欧阳文静', number: '11010519491231002X' }
const first = { name: process.env.ONEDOOR_CONTRACT_USER ?? '陈晓', password: process.env.ONEDOOR_CONTRACT_PASSWORD ?? 'secret' }
const code = async (promise: Promise<unknown>) => promise.then(() => 'no error', (e) => toDeskError(e).code)

function contract(make: () => Promise<Desk>) {
  let desk: Desk
  let item = '' // an instant one without a form
  const application = (more: Partial<Application> = {}): Application => ({
    item, card: '', applicant: { type: 'person', ...person }, form: {}, prefilled: [], materials: [], legal_date: '', ...more,
  })
  /** A case of its own for whoever asks. */
  async function accepted() {
    const materials = (await desk.Item(item)).materials.filter((m) => m.necessity === 'required').map((m) => ({ name: m.name, provided: true }))
    return desk.Accept(application({ materials }))
  }
  beforeAll(async () => {
    desk = await make()
    await desk.Login(first.name, first.password)
    item = (await desk.Items('')).find((i) => i.instant && i.required_fields.length === 0)?.code ?? ''
  })
  // In whatever order: some of them end with nobody logged in.
  beforeEach(async () => void ((await code(desk.Whoami(true))) === 'logged_out' && (await desk.Login(first.name, first.password))))
  afterAll(() => desk.Logout())

  it('lets nobody in without a login, or with a wrong password', async () => {
    await desk.Logout()
    expect((await desk.Station()).division).toMatch(/^\d{12}$/)
    expect(await code(desk.Whoami(true))).toBe('logged_out')
    expect(await code(desk.Draft())).toBe('logged_out')
    expect(await code(desk.Login(first.name, 'wrong'))).toBe('denied')
    const who = await desk.Login(first.name, first.password)
    expect(who).toMatchObject({ user: first.name, roles: ['clerk'] })
    expect(who.idle_seconds).toBeGreaterThan(0)
  })
  it('finds items, all or by what is typed, and gives one whole', async () => {
    const plain = (await desk.Items('')).find((i) => i.code === item)
    expect((await desk.Items(item)).map((i) => i.code)).toContain(item)
    expect(await desk.Items('zzzzqq')).toEqual([])
    const whole = await desk.Item(item)
    expect(whole).toMatchObject({ code: item, name: plain?.name, instant: true })
    expect(whole.materials.length).toBeGreaterThan(0)
    expect(await code(desk.Item('NO-SUCH'))).toBe('not_found')
  })
  it('gives no first values for a stranger', async () => {
    expect(await desk.Prefill({ item, card: '', number: '44060120000229117X' })).toEqual([])
    expect(await code(desk.Prefill({ item: 'NO-SUCH', card: '', number: '' }))).toBe('not_found')
  })
  it('refuses what is incomplete and tells all of it', async () => {
    const refused = toDeskError(await desk.Accept(application({ applicant: { type: 'person', name: '', number: '' } })).catch((e) => e))
    expect(refused.code).toBe('invalid')
    expect(refused.details.map((p) => p.where).join()).toContain('申请人姓名')
    expect(refused.details.map((p) => p.where).join()).toContain('材料')
    expect(refused.details.length).toBeGreaterThanOrEqual(3)
  })
  it('accepts a typed applicant and shows the case', async () => {
    const done = await accepted()
    const { number } = done
    expect(done).toMatchObject({ item, due: null, due_provisional: false })
    const c = await desk.Case(number)
    expect(c).toMatchObject({ number, status: 'accepted', status_name: '已受理', item: { code: item } })
    expect(c.timeline[0]).toMatchObject({ verb: 'accept', effective: true, actor: first.name })
    const page = await desk.Cases({ status: 'accepted', item, from: '', to: '', limit: 0, offset: 0 })
    expect(page.cases.map((l) => l.number)).toContain(number)
    expect((await desk.Cases({ status: '', item, from: '2000-01-01', to: '2000-01-02', limit: 0, offset: 0 })).cases).toEqual([])
    expect(await code(desk.Case('X-1'))).not.toBe('no error')
  })
  it('counts the copies of a paper', async () => {
    const { number } = await accepted()
    const one = await desk.Print(number, 'acceptance')
    const two = await desk.Print(number, 'acceptance')
    expect(one.warnings).toEqual([])
    expect(two.copy).toBe(one.copy + 1)
    expect(two).toMatchObject({ kind: 'acceptance', file: '' })
    expect((await desk.Case(number)).documents.length).toBeGreaterThanOrEqual(2)
  })
  it('voids with a reason, once', async () => {
    const { number } = await accepted()
    const act = { number, verb: 'void', opinion: '', to: '', choose: '' }
    expect(await code(desk.Act(act))).toBe('usage')
    // The paper that is to come is checked before the act is recorded.
    const paper = (await desk.Papers(number, 'void')).find((o) => o.now)
    expect(paper).toMatchObject({ kind: 'withdrawal' })
    expect(paper?.fields.filter((f) => f.opinion).map((f) => f.key)).toEqual(['reason'])
    const refused = toDeskError(await desk.Act({ ...act, opinion: '选错事项', paper: 'withdrawal' }).catch((e) => e))
    expect(refused.code).toBe('invalid')
    expect(refused.details.map((p) => p.where).join()).toContain('法律依据')
    expect((await desk.Case(number)).status).toBe('accepted')
    const after = await desk.Act({ ...act, opinion: '选错事项', paper: 'withdrawal', texts: { basis: '《示例办法》第三条' } })
    expect(after).toMatchObject({ number, status: 'voided', status_name: '已作废' })
    expect(after.next_verbs).not.toContain('void')
    expect(after.timeline.at(-1)).toMatchObject({ verb: 'void', opinion: '选错事项' })
    expect(await code(desk.Act({ ...act, opinion: '再来' }))).not.toBe('no error')
  })
  it('does not know a stranger', async () => {
    expect(await code(desk.FindPerson('44060120000229117X'))).toBe('not_found')
    expect(await code(desk.Person('00000000-0000-4000-8000-00000000abcd'))).toBe('not_found')
    const nothing = { person: '00000000-0000-4000-8000-00000000abcd', field: 'address', op: '00' }
    expect(await code(desk.Restore(nothing))).toBe('not_found')
    const seen = { person: nothing.person, ops: ['00'], text: '核实' }
    expect(await code(desk.SeenPerson(seen))).toBe('not_found')
    expect(await code(desk.SeenPerson({ ...seen, ops: [] }))).toBe('usage')
  })
  it('finds nobody by a name that is not recorded, and admits nothing without a reason or for a clerk', async () => {
    const nobody = await desk.FindByName('闾丘某某')
    expect(nobody.people).toEqual([])
    expect(typeof nobody.complete).toBe('boolean')
    expect(await desk.Withheld()).toEqual([])
    expect(await code(desk.Admit({ device: '', expect: 1, opinion: '核实' }))).toBe('usage')
    expect(await code(desk.Admit({ device: '07'.repeat(32), expect: 1, opinion: ' ' }))).toBe('usage')
    expect(await code(desk.Admit({ device: '07'.repeat(32), expect: 1, opinion: '核实' }))).toBe('not_found')
    expect(await code(desk.Admit({ device: '07'.repeat(32), thing: crypto.randomUUID(), expect: 1, opinion: '核实' }))).toBe('not_found')
  })
  it('says of each value where it came from', async () => {
    const { number } = await accepted()
    const c = await desk.Case(number)
    expect(c.values[0]).toMatchObject({ field: 'applicant', actor: first.name, from: '', columns: [], rows: [], restored: null, others: [] })
    expect([c.dispute, c.joins]).toEqual([[], []])
    expect((await desk.Reviews()).every((l) => l.kinds.length === l.kind_names.length)).toBe(true)
  })
  it('tells how the reader is, and knows no photo of a stranger', async () => {
    const reader = await desk.Reader()
    expect(reader.text).not.toBe('')
    expect(Array.isArray(reader.found)).toBe(true)
    expect(typeof reader.last.at).toBe('string')
    expect(await code(desk.Photo('00000000-0000-4000-8000-00000000dead'))).toBe('not_found')
  })
  it('keeps a draft and forgets it', async () => {
    await desk.SaveDraft('{"a":"䶮"}')
    expect(await desk.Draft()).toBe('{"a":"䶮"}')
    await desk.SaveDraft('')
    expect(await desk.Draft()).toBe('')
  })
  it('keeps settings of the PC and something of each user', async () => {
    const before = await desk.Settings()
    expect(await desk.SaveSettings({ ...before, large: true, idle_minutes: 30 })).toMatchObject({ large: true, idle_minutes: 30 })
    expect((await desk.Whoami(true)).idle_seconds).toBeGreaterThan(0)
    expect(await code(desk.SaveSettings({ ...before, idle_minutes: 0 }))).toBe('invalid')
    await desk.SaveSettings({ ...before, large: false })
    await desk.SaveOwn('{"filters":[]}')
    expect(await desk.Own()).toBe('{"filters":[]}')
    const h = await desk.Health()
    expect(h.disk_free).toBeGreaterThan(0)
    expect(h.clock_doubt).toBe(false)
  })
  it('takes a file in pieces, and refuses what is none of the kinds', async () => {
    const piece = { id: '', name: '户口簿.pdf', size: 6, offset: 0, data: btoa('%PD') }
    expect(await code(desk.AddScan({ ...piece, name: 'a.exe' }))).toBe('invalid')
    expect(await code(desk.AddScan({ ...piece, size: 0 }))).toBe('invalid')
    expect(await code(desk.AddScan({ ...piece, size: 1 << 30 }))).toBe('invalid')
    const first = await desk.AddScan(piece)
    expect(first).toMatchObject({ name: '户口簿.pdf', done: false })
    expect(await code(desk.AddScan({ ...piece, id: first.id, offset: 5 }))).toBe('usage')
    const whole = await desk.AddScan({ ...piece, id: first.id, offset: 3, data: btoa('F-1') })
    expect(whole.done).toBe(true)
    expect(whole.id).not.toBe('')
    await desk.DropScans({ ids: [] })
    expect(Array.isArray(await desk.FolderScans())).toBe(true)
  })
  it('tells how it stands', async () => {
    await accepted()
    const state = await desk.Link()
    expect(state.cases).toBeGreaterThan(0)
    expect(state.roads.map((r) => r.kind)).toEqual(expect.arrayContaining(['wan', 'stick']))
    expect(state.roads.every((r) => Array.isArray(r.peers) && r.name !== '')).toBe(true)
    expect(state.backlog.cases).toBeGreaterThan(0)
    expect(Date.parse(state.now)).not.toBeNaN()
    expect((await desk.Divisions()).some((d) => d.level === 'village')).toBe(true)
  })
  it('knows what is not with a superior yet, and tells why a round did not happen', async () => {
    const { number } = await accepted()
    expect(await desk.Unsent({ numbers: [number] })).toEqual([number])
    expect(await desk.Unsent({ numbers: [] })).toEqual([])
    const [name, none] = await desk.Applicants({ numbers: [number, 'no such case'] })
    expect([name?.length ?? 0, none]).toEqual([expect.any(Number), ''])
    expect(name).not.toBe('')
    expect(await code(desk.Applicants({ numbers: Array.from({ length: 101 }, () => number) }))).toBe('usage')
    expect(['usage', 'failed']).toContain(await code(desk.SyncNow()))
    expect(Array.isArray(await desk.Sticks())).toBe(true)
    expect(await code(desk.StickExport(' '))).toBe('usage')
    expect(await code(desk.StickImport(' '))).toBe('usage')
  })
  it('is left by a logout', async () => {
    const { number } = await accepted()
    await desk.Logout()
    expect(await code(desk.Case(number))).toBe('logged_out')
  })
}

describe('the fake in memory', () => contract(async () => memoryDesk(sample(3))))
describe.runIf(link)('the real program over HTTP', () => contract(() => overHTTP(link ?? '')))
