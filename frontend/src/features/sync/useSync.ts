import { ref, shallowRef } from 'vue'

import { toDeskError, type Desk, type Exchange, type Stick } from '../../bridge'

/** What can be done about the link by hand: one thing at a time, told truthfully. */
export function useSync(desk: Desk, after: () => void) {
  const busy = ref('') // in words: what is being done
  const done = ref('')
  const fault = ref('')
  const faults = shallowRef<Exchange['faults']>([])
  const sticks = shallowRef<Stick[]>([])
  const folder = ref('')

  async function run(what: string, call: () => Promise<Exchange>, say: (e: Exchange) => string) {
    if (busy.value) return
    busy.value = what
    done.value = fault.value = ''
    faults.value = []
    try {
      const e = await call()
      faults.value = e.faults
      done.value = say(e)
    } catch (reason) {
      const e = toDeskError(reason)
      fault.value = [e.message, e.hint].filter(Boolean).join('。')
    } finally {
      busy.value = ''
      after()
    }
  }

  const round = () =>
    run('正在与上级同步……', () => desk.SyncNow(), (e) => `与${e.peer || '上级'}同步完成，两边一致：送出 ${e.sent_ops} 条记录，收到 ${e.received_ops} 条。`)
  const toStick = () =>
    run('正在写到 U 盘，请不要拔出……', () => desk.StickExport(folder.value), (e) =>
      `已写到 ${e.peer}：${e.files} 个文件，${e.sent_ops} 条记录。可以安全拔出；对方导入以后，这里才算送到。`,
    )
  const fromStick = () =>
    run('正在从 U 盘读入，请不要拔出……', () => desk.StickImport(folder.value), (e) =>
      `已从 ${e.peer} 读入 ${e.received_ops} 条记录${e.stations.length > 0 ? `，来自${e.stations.join('、')}` : ''}。`,
    )

  async function look() {
    sticks.value = await desk.Sticks().catch(() => [])
    if (!folder.value && sticks.value[0]) folder.value = sticks.value[0].path
  }
  return { busy, done, fault, faults, sticks, folder, round, toStick, fromStick, look }
}
