import { computed, ref, shallowRef } from 'vue'

import { toDeskError, type CaseView, type Desk, type PaperOffer } from '../../bridge'
import { about, chinese } from '../../shared/format'
import type { Act } from '../../shared/words'
import { missing, stated, suggested, type Texts } from '../paper/fields'
import { nothing, usePrinting } from '../paper/usePrinting'

/** What became of the document of an act that is done. */
export interface Outcome {
  words: string
  link: string
  ticket: string
  failed: boolean
}

/** A step that is about to be done: what it and its document need is known before it is recorded. */
export function useAct(desk: Desk, view: CaseView, act: Act, about = '') {
  const opinion = ref('')
  const choose = ref(about) // op of the timeline: to stand, to count again
  const to = ref('') // whom a case is handed to; "" leaves it to the rules
  const offers = shallowRef<PaperOffer[]>([])
  const kind = ref('') // of the document; "" issues none now
  const texts = ref<Texts>({})
  const fault = ref('')
  const busy = ref(false)
  const printing = usePrinting(desk)
  const offer = computed(() => offers.value.find((o) => o.kind === kind.value))
  const lacks = computed(() => missing(offer.value?.fields ?? [], texts.value, opinion.value))

  async function pick(next: string) {
    kind.value = next
    texts.value = suggested(offer.value?.fields ?? [])
    if (next) await printing.choose(next)
  }
  // Nothing that a citizen holds is made void by a case of which no paper went out.
  const wanted = () => act.paper === 'always' || (act.paper === 'usually' && (act.verb !== 'void' || view.documents.some((d) => !d.failed)))

  async function look(): Promise<boolean> {
    try {
      offers.value = (await desk.Papers(view.number, act.verb)).filter((o) => o.now && !o.scans)
      if (wanted()) await pick(offers.value[0]?.kind ?? '')
      return true
    } catch (reason) {
      fault.value = words(reason)
      return false
    }
  }
  let ready = look()

  /** Gives the case as it then is, or nothing and why in fault: then nothing is recorded. */
  async function confirm(): Promise<CaseView | undefined> {
    if (busy.value) return
    fault.value = ''
    busy.value = true
    try {
      // Nothing is recorded before it is known which document belongs to it.
      if (!(await ready) && !(await (ready = look()))) return
      fault.value = ''
      if (act.needsOpinion && !opinion.value.trim()) fault.value = act.verb === 'note' ? '必须写明怎样核实、处理的' : `${act.name}必须写明原因`
      else if (lacks.value.length > 0) fault.value = `还没有办理。《${offer.value?.title ?? ''}》还缺：${lacks.value.map((f) => f.zh).join('、')}`
      if (fault.value) return
      return await desk.Act({
        number: view.number, verb: act.verb, opinion: opinion.value, to: act.verb === 'handover' ? to.value : '', choose: choose.value,
        paper: kind.value, texts: stated(texts.value),
      })
    } catch (reason) {
      fault.value = words(reason)
    } finally {
      busy.value = false
    }
  }

  /** Issues the document of the act that is done; nothing if none was asked for. */
  async function issue(): Promise<Outcome | undefined> {
    const o = offer.value
    if (!o) return
    const { printer, said, link, ticket, fault: why, print } = printing
    const done = await print({ ...nothing, number: view.number, kind: o.kind, texts: stated(texts.value), anew: true, printer: printer.value }, o.title)
    if (done) return { words: `${act.name}已办好，${said.value}`, link: link.value, ticket: ticket.value, failed: false }
    const reason = [why.value?.message, why.value?.hint].filter(Boolean).join('。')
    return { words: `${act.name}已办好，不要重复办理；但${o.title}没有打印出来：${reason}`, link: '', ticket: '', failed: true }
  }

  return { opinion, choose, to, offers, offer, kind, texts, lacks, fault, busy, printing, pick, confirm, issue }
}

function words(reason: unknown): string {
  const e = toDeskError(reason)
  return [e.message, e.hint, ...e.details.map((p) => `${about(p.where)}：${chinese(p.what)}`)].filter(Boolean).join('。')
}
