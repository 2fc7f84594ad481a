/**
 * Whether a key press is an Enter meant for us. While a Chinese input method is
 * composing, Enter belongs to it; WebKit reports that one as key code 229 after the
 * composition has already ended.
 */
export function isEnter(e: KeyboardEvent): boolean {
  return e.key === 'Enter' && !e.isComposing && e.keyCode !== 229
}
