import { reactive, ref, shallowRef } from 'vue'

import { toDeskError, type Desk, type FolderScan, type HeldScan } from '../../bridge'

/** Bytes sent at a time: small enough for a call, large enough to be quick. */
export const pieceSize = 384 * 1024

/** Files that belong to the application being filled in, by the name of the material. */
export function useScans(desk: Desk, scans: () => Record<string, { id: string; name: string }>) {
  const sending = reactive<{ material: string; share: number }>({ material: '', share: 0 })
  const fault = ref('')
  const folder = shallowRef<FolderScan[]>([])
  let round = 0 // of applications: a file of one must never land in the next

  async function attempt(material: string, hold: () => Promise<HeldScan>) {
    if (sending.material) return void (fault.value = '没有添加：另一份扫描件还在添加，请等它添加完再选')
    const mine = round
    Object.assign(sending, { material, share: 0 })
    fault.value = ''
    try {
      const held = await hold()
      if (mine === round) scans()[material] = { id: held.id, name: held.name }
      await desk.DropScans({ ids: Object.values(scans()).map((s) => s.id) })
    } catch (reason) {
      const e = toDeskError(reason)
      if (mine === round) fault.value = [`没有添加：${e.message}`, e.hint].filter(Boolean).join('。')
    } finally {
      sending.material = ''
    }
  }

  /** A file chosen or dropped: sent in pieces, sealed when it is whole. */
  const add = (material: string, file: File) =>
    attempt(material, async () => {
      let held: HeldScan = { id: '', name: file.name, size: file.size, done: false }
      for (let at = 0; at === 0 || at < file.size; at += pieceSize) {
        const data = await base64(file.slice(at, at + pieceSize))
        held = await desk.AddScan({ id: held.id, name: file.name, size: file.size, offset: at, data })
        sending.share = Math.min(100, Math.round((100 * (at + pieceSize)) / file.size))
      }
      return held
    })

  /** A file of the scanner's folder. */
  const take = (material: string, name: string) => attempt(material, () => desk.TakeScan(name))

  function remove(material: string) {
    delete scans()[material]
    void desk.DropScans({ ids: Object.values(scans()).map((s) => s.id) }).catch(() => {})
  }

  /** The application was given up, or is another one. */
  function dropAll() {
    round++
    fault.value = ''
    if (Object.keys(scans()).length > 0) void desk.DropScans({ ids: [] }).catch(() => {})
  }

  async function look() {
    folder.value = await desk.FolderScans().catch(() => [])
  }
  return { sending, fault, folder, add, take, remove, look, dropAll }
}

async function base64(part: Blob): Promise<string> {
  const bytes = new Uint8Array(await part.arrayBuffer())
  let text = ''
  for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000))
  return btoa(text)
}
