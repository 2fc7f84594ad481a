/**
 * Whether a key press belongs to a Chinese input method. WebKit reports the one that
 * ends a composition (Enter, Esc, a digit) as key code 229 after it has already ended.
 */
export const composing = (e: KeyboardEvent) => e.isComposing || e.keyCode === 229

/** Whether a key press is an Enter meant for us. */
export const isEnter = (e: KeyboardEvent) => e.key === 'Enter' && !composing(e)

/**
 * Makes Enter in a field go on to the next one below root; gives false at the last.
 * In a text of many lines Enter stays what it is.
 */
export function enterToNext(e: KeyboardEvent, root: HTMLElement | undefined): boolean {
  if (!isEnter(e) || e.target instanceof HTMLTextAreaElement || e.target instanceof HTMLButtonElement) return true
  const steps = [...(root?.querySelectorAll<HTMLElement>('input, textarea, [data-step]') ?? [])].filter((el) => !el.hasAttribute('disabled'))
  const next = steps[steps.indexOf(e.target as HTMLElement) + 1]
  e.preventDefault()
  next?.focus()
  return next !== undefined
}

/** What a field says of the list of hits below it (UiHits), to screen readers. */
export const combobox = (id: string, open: boolean, at: number, count: number) => ({
  role: 'combobox',
  'aria-autocomplete': 'list' as const,
  'aria-expanded': open && count > 0,
  'aria-controls': id,
  'aria-activedescendant': open && count > 0 ? `${id}-${at}` : undefined,
})
