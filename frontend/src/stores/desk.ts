import { inject, type InjectionKey } from 'vue'

import type { Seat } from '../bridge'

/** The way to the program: given once, to the whole application. */
export const deskKey: InjectionKey<Seat> = Symbol('desk')

export function useDesk(): Seat {
  const desk = inject(deskKey)
  if (!desk) throw new Error('the application was given no way to the program')
  return desk
}
