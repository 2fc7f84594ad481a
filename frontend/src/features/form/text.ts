// What is typed, as text that can be compared: the rules of app/counter/item_text.go
// and calendar_date.go.

const spaces = '\\t\\n\\v\\f\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000'
const ends = new RegExp(`^[${spaces}]+|[${spaces}]+$`, 'g')
const any = new RegExp(`[${spaces}]`, 'g')

export const trim = (s: string) => s.replace(ends, '')

/** Full-width letters, digits and signs become plain ones. */
export const narrow = (s: string) =>
  trim(
    s
      .replace(/[\uff01-\uff5e]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0))
      .replace(/[\u3000\u00a0]/g, ' ')
      .replace(/[\ufeff\u200b]/g, ''),
  )

export const compact = (s: string) => narrow(s).replace(any, '')

/** A date in any usual spelling as 2006-01-02, undefined if it is none. */
export function date(s: string): string | undefined {
  const m =
    /^(\d{4})(\d{2})(\d{2})$/.exec(s) ?? /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(s) ?? /^(\d{4})\/(\d{1,2})\/(\d{1,2})$/.exec(s) ??
    /^(\d{4})\.(\d{1,2})\.(\d{1,2})$/.exec(s) ?? /^(\d{4})年(\d{1,2})月(\d{1,2})日$/.exec(s)
  if (!m) return undefined
  const out = `${m[1]}-${m[2]?.padStart(2, '0')}-${m[3]?.padStart(2, '0')}`
  return dateFault(out) ? undefined : out
}

export function dateFault(s: string): string {
  const m = /^(\d{4})-(\d{2})-(\d{2})$/.exec(s)
  if (!m) return 'date'
  const [year, month, day] = [Number(m[1]), Number(m[2]), Number(m[3])]
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate()
  return year >= 1800 && month >= 1 && month <= 12 && day >= 1 && day <= last ? '' : 'date'
}

/** Line breaks and invisible characters, but for those allowed. */
export const controlFault = (s: string, allowed: string) =>
  [...s].some((c) => /\p{Cc}/u.test(c) && !allowed.includes(c)) ? 'control' : ''
