import { toDeskError } from '../bridge'
import { about, chinese } from './format'
import { endsSession, useSession } from '../stores/session'
import { useToast } from '../ui'

/**
 * What a page does with a failed call: back to the login screen when nobody is
 * logged in any more, else a message with the next step.
 */
export function useErrorHandler(): (reason: unknown) => void {
  const session = useSession()
  const toast = useToast()
  const mine = session.who.value
  return (reason) => {
    if (session.who.value !== mine) return // asked by somebody who has left: it is not for the next one
    const fault = toDeskError(reason)
    const details = fault.details.map((p) => `${about(p.where)}：${chinese(p.what)}${p.fix ? `（${chinese(p.fix)}）` : ''}`)
    const text = [fault.message, fault.hint, ...details].filter(Boolean).join('。')
    if (endsSession(fault)) session.end(text)
    else toast.failed(text)
  }
}
