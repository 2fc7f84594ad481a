import { inject, nextTick, ref, type InjectionKey } from 'vue'

/** The screens beside the login. */
export type Screen = 'intake' | 'cases' | 'person' | 'catalog' | 'sync' | 'device' | 'verify' | 'review'

/** Where the user is, and what a screen was asked to show. Made once for each login. */
export type Nav = ReturnType<typeof createNav>

const key: InjectionKey<Nav> = Symbol('nav')
export { key as navKey }

export function createNav(first: Screen = 'intake') {
  const screen = ref<Screen>(first)
  const wantedCase = ref('') // number that the case screen is to open
  const wantedItem = ref('') // code that the counter screen is to begin with
  const wantedCard = ref(0) // counts the wishes to read a card
  const wantedCode = ref('') // QR text that the verify screen is to check
  const wantedPerson = ref('') // id that the person screen is to show
  const help = ref(false)

  /** The value is emptied first, so that asking for the same again is a change too. */
  async function want(into: typeof wantedCase, value: string, to: Screen) {
    into.value = ''
    screen.value = to
    await nextTick()
    into.value = value
  }

  return {
    screen, wantedCase, wantedItem, wantedCard, wantedCode, wantedPerson, help,
    go: (to: Screen) => void (screen.value = to),
    openCase: (number: string) => want(wantedCase, number, 'cases'),
    openPerson: (id: string) => want(wantedPerson, id, 'person'),
    verify: (text: string) => want(wantedCode, text, 'verify'),
    startItem: (code: string) => want(wantedItem, code, 'intake'),
    async readCard() {
      screen.value = 'intake'
      await nextTick()
      wantedCard.value++
    },
  }
}

export function useNav(): Nav {
  const nav = inject(key)
  if (!nav) throw new Error('no navigation above this component')
  return nav
}
