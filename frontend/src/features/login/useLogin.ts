import { ref } from 'vue'

import { toDeskError } from '../../bridge'
import type { Session } from '../../stores/session'

/** The state of a login form. */
export function useLogin(session: Session) {
  const name = ref('')
  const password = ref('')
  const fault = ref('')
  const busy = ref(false)

  /** Tries once; true if the user is in. The password is forgotten either way. */
  async function submit(): Promise<boolean> {
    if (busy.value) return false
    busy.value = true
    fault.value = ''
    const given = password.value
    password.value = ''
    try {
      await session.login(name.value.trim(), given)
      return true
    } catch (reason) {
      const f = toDeskError(reason)
      fault.value = f.hint ? `${f.message}。${f.hint}` : f.message
      return false
    } finally {
      busy.value = false
    }
  }

  return { name, password, fault, busy, submit }
}
