import { computed, ref, shallowRef } from 'vue'

import { toDeskError, type DeskError, type Desk, type PaperOffer, type PaperRequest, type PrinterList } from '../../bridge'

export const nothing: PaperRequest = {
  kind: '', number: '', texts: {}, anew: false, copy: 0, paper: '', printer: '', item: '', person: '', day: '', to: '',
}

/** Shown in place of a printer: the paper is opened, to be looked at or saved. */
export const onScreen = ''

/** Issuing one document: its printer, its outcome in honest words. */
export function usePrinting(desk: Desk) {
  const printers = shallowRef<PrinterList>({ printers: [], chosen: [], why: '' })
  const printer = ref(onScreen)
  const said = ref('')
  const link = ref('') // where a browser that blocked the new page finds the paper
  const ticket = ref('') // shows the paper in the page
  const fault = shallowRef<DeskError>()
  const busy = ref(false)
  let round = 0 // of choosing a printer

  /** The printer that the kind was last printed with here, else the system's. */
  async function choose(kind: string) {
    const mine = ++round
    try {
      const known = await desk.Printers()
      if (mine !== round) return // another kind of document since
      printers.value = known
    } catch (reason) {
      if (mine === round) fault.value = toDeskError(reason)
      return
    }
    const { chosen, printers: all } = printers.value
    const last = chosen.find((c) => c.kind === kind) ?? chosen.find((c) => c.kind === '*')
    printer.value = last?.printer ?? all.find((p) => p.default)?.name ?? onScreen
  }

  /** Gives whether the document was issued and, with a printer, taken by it. */
  async function print(request: PaperRequest, title: string): Promise<boolean> {
    if (busy.value) return false
    busy.value = true
    said.value = link.value = ticket.value = ''
    fault.value = undefined
    try {
      const p = await desk.PrintPaper(request)
      ticket.value = p.ticket
      const what = title + (p.reprint > 0 ? `（补打第 ${p.reprint} 次）` : '')
      const also = p.warnings.map((w) => `。注意：${w}`).join('')
      if (p.printer) said.value = `${what}已交给打印机 ${p.printer}${also}`
      else if (p.file) said.value = `${what}已生成：${p.file}${p.opened ? '，已交给系统的阅读器' : ''}。程序关闭时删除，需要时可以补打${also}`
      else {
        const at = `/api/paper/${p.ticket}`
        const opened = window.open(at, '_blank')
        if (!opened) link.value = at
        said.value = `${what}已生成${opened ? '并打开，请在打开的页面中打印（Ctrl+P）' : '，浏览器没有自动打开'}${also}`
      }
      return true
    } catch (reason) {
      fault.value = toDeskError(reason)
      return false
    } finally {
      busy.value = false
    }
  }

  const options = computed(() => [
    ...printers.value.printers.map((p) => ({ value: p.name, label: p.name + (p.stopped ? '（已停止）' : p.rejecting ? '（不接收）' : '') })),
    ...printers.value.chosen
      .map((c) => c.printer)
      .filter((name, i, all) => all.indexOf(name) === i && !printers.value.printers.some((p) => p.name === name))
      .map((name) => ({ value: name, label: name })),
    { value: onScreen, label: '不打印，只看 PDF' },
  ])

  return { printers, printer, options, said, link, ticket, fault, busy, choose, print }
}

/** Whether the last document of the kind is printed again, as it was. */
export const isReprint = (offer: PaperOffer, anew: boolean) => offer.printed > 0 && !anew
