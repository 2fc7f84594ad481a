import { ref } from 'vue'

import type { Desk } from '../bridge'
import { kindName } from './words'

/** Printing a paper of a case, and what can honestly be said of it. */
export function usePaper(desk: Desk, failed: (reason: unknown) => void) {
  const said = ref('')
  const link = ref('') // where a browser that blocked the new page finds the paper
  const busy = ref(false)

  /** Gives whether a paper was made. */
  async function print(number: string, kind = 'acceptance'): Promise<boolean> {
    if (busy.value) return false
    busy.value = true
    said.value = link.value = ''
    try {
      const paper = await desk.Print(number, kind)
      const name = `${kindName(kind)}第 ${paper.copy} 份`
      if (paper.file) {
        said.value = `${name}已生成：${paper.file}。${paper.opened ? '已交给系统的阅读器，请在其中打印；没有出现就到这个文件夹打开' : '请打开后打印'}。程序关闭时删除，需要时可以补打`
        return true
      }
      const at = `/api/paper/${paper.ticket}`
      if (window.open(at, '_blank')) said.value = `${name}已生成并打开，请在打开的页面中打印（Ctrl+P）`
      else {
        link.value = at
        said.value = `${name}已生成，浏览器没有自动打开`
      }
      return true
    } catch (reason) {
      failed(reason)
      return false
    } finally {
      busy.value = false
    }
  }

  return { said, link, busy, print }
}
