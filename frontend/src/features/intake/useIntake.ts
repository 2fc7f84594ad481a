import { computed, reactive, ref, shallowRef, watch } from 'vue'

import { DeskError, toDeskError, type Accepted, type CardRead, type Desk, type Item } from '../../bridge'
import { usePrefill } from '../form/usePrefill'
import { useScans } from './useScans'
import { answers, blankSheet, given, missing, type Sheet } from './rules'

/** How long after the last key a draft is kept, in milliseconds. */
export const draftDelay = 500

interface Draft {
  v: 1
  item: string
  sheet: Sheet
  card: boolean // the identity in it came from a card that is not held any more
}

/** One application, from the card to its number. */
export function useIntake(desk: Desk, failed: (reason: unknown) => void) {
  const sheet = reactive<Sheet>(blankSheet())
  const card = shallowRef<CardRead>()
  const item = shallowRef<Item>()
  const reading = ref(false)
  const busy = ref(false)
  const fault = shallowRef<DeskError>()
  const done = shallowRef<Accepted & { item_name: string; applicant: string; typed: boolean }>()
  const note = ref('') // what the clerk should know about a draft
  const legalDate = ref('')
  const lacks = computed(() => missing(item.value, sheet, card.value))
  const files = useScans(desk, () => sheet.scans)
  const { sources, fill, forget: forgetSources } = usePrefill(desk, sheet)
  let timer = 0
  let round = 0 // of applicants: what comes late is not for the next one
  let choosing = 0
  let saved: Promise<unknown> = Promise.resolve() // drafts are kept one after the other: the last one stands
  let quiet = true // nothing typed since the sheet was emptied or filled by us

  async function readCard(): Promise<boolean> {
    if (reading.value) return false
    const mine = round
    reading.value = true
    try {
      const read = await desk.ReadCard()
      if (mine !== round) return false
      card.value = read
      const a = sheet.applicant
      a.type = 'person'
      Object.assign(a, { name: card.value.name, number: card.value.number, address: card.value.address })
      note.value = ''
      await fill(item.value, card.value.id, card.value.number)
      return true
    } catch (reason) {
      if (mine === round && toDeskError(reason).code !== 'cancelled') failed(reason)
      return false
    } finally {
      reading.value = false
    }
  }

  const stopReading = () => reading.value && void desk.CancelCard().catch(() => {})

  /** Somebody without a card, or whose card does not read: typed, and marked so. */
  function typeInstead() {
    card.value = undefined
    Object.assign(sheet.applicant, { name: '', number: '', address: '' })
  }

  async function choose(code: string, restoring = false): Promise<boolean> {
    const mine = ++choosing
    try {
      const found = await desk.Item(code)
      if (mine !== choosing) return false // another one was chosen, or the sheet was emptied
      item.value = found
    } catch (reason) {
      if (mine === choosing) failed(reason)
      return false
    }
    // Answers to another item's questions are not answers to these.
    sheet.form = {}
    sheet.materials = {}
    if (!restoring) files.dropAll()
    sheet.scans = {}
    fault.value = undefined
    forgetSources()
    await fill(item.value, card.value?.id ?? '', sheet.applicant.number)
    return true
  }

  async function accept(): Promise<boolean> {
    const it = item.value
    if (busy.value || done.value || !it) return false
    if (files.sending.material) {
      fault.value = new DeskError('busy', '还没有受理：扫描件还在添加', `等“${files.sending.material}”的扫描件添加完，再按 F9`)
      return false
    }
    busy.value = true
    fault.value = undefined
    const typed = !card.value // a card that comes while this is recorded is not in it
    try {
      const a = { ...sheet.applicant }
      const accepted = await desk.Accept({
        item: it.code, card: card.value?.id ?? '', applicant: { ...a, agent: a.agent && { ...a.agent } },
        form: answers(it, sheet.form), prefilled: Object.keys(sources.value), materials: given(it, sheet, card.value), legal_date: legalDate.value,
      })
      done.value = { ...accepted, item_name: it.name, applicant: a.name, typed }
      stopReading()
      forget()
      return true
    } catch (reason) {
      fault.value = toDeskError(reason)
      if (fault.value.code === 'logged_out' || fault.value.code === 'no_seat') failed(reason)
      return false
    } finally {
      busy.value = false
    }
  }

  /** Empties the sheet, for the next person. */
  function clear() {
    round++
    choosing++
    stopReading()
    quiet = true
    card.value = item.value = done.value = fault.value = undefined
    note.value = legalDate.value = ''
    forgetSources()
    files.dropAll()
    Object.assign(sheet, blankSheet())
    forget()
  }

  function forget() {
    window.clearTimeout(timer)
    void save('').catch(() => {})
  }

  function save(text: string): Promise<void> {
    const now = saved.then(() => desk.SaveDraft(text))
    saved = now.catch(() => {})
    return now
  }

  /** Takes up what the same user left behind. */
  async function restore() {
    try {
      const text = await desk.Draft()
      if (!text) return
      const draft = JSON.parse(text) as Draft
      if (draft.v !== 1) return
      if (draft.item) await choose(draft.item, true)
      Object.assign(sheet, blankSheet(), draft.sheet)
      note.value = draft.card
        ? '已恢复上次没有办完的内容。上次读卡的结果已失效，请按 F2 重新读卡，否则按“未读卡”办理。'
        : '已恢复上次没有办完的内容。'
    } catch {
      note.value = '上次没有办完的草稿打不开，请重新填写。'
    } finally {
      window.setTimeout(() => (quiet = false))
    }
  }

  async function keep() {
    const draft: Draft = { v: 1, item: item.value?.code ?? '', sheet, card: card.value !== undefined }
    try {
      await save(JSON.stringify(draft))
    } catch {
      note.value = '草稿没有保存成功，受理完成前请不要关闭页面。'
    }
  }

  // A typed number that is whole may be somebody who was here before.
  watch(
    () => sheet.applicant.number.replace(/\s/g, ''),
    (number) => void (!card.value && number.length === 18 && fill(item.value, '', number)),
  )
  watch([sheet, item, card], () => {
    window.clearTimeout(timer)
    if (quiet && JSON.stringify(sheet) === JSON.stringify(blankSheet()) && !item.value) return
    quiet = false
    if (!done.value) timer = window.setTimeout(() => void keep(), draftDelay)
  })

  return { sheet, card, item, files, sources, reading, busy, fault, done, note, legalDate, lacks, readCard, stopReading, typeInstead, choose, accept, clear, restore }
}

export type Intake = ReturnType<typeof useIntake>
