// Numbers of papers: identity (GB 11643 and the residence permits), credit codes
// (GB 32100), telephones, divisions. Each *Fault gives the key of what is wrong
// with a canonical text, "" if nothing is; app/counter has the same rules.
import { dateFault } from './text'

const digits = (s: string) => /^[0-9]+$/.test(s)

export function idFault(s: string): string {
  const long = s.length === 18 && /^[0-9]{17}[0-9X]$/.test(s)
  if (long) {
    if (mod11(s) !== s[17]) return 'id_check'
    return dayExists(s.slice(6, 14)) ? '' : 'id_date'
  }
  if (s.length === 15 && digits(s)) return dayExists('19' + s.slice(6, 12)) ? '' : 'id_date'
  if (/^[A-Z]{3}[0-9]{12}$/.test(s)) {
    if (icao(s) !== s[14]) return 'id_check'
    return dayExists('19' + s.slice(7, 13)) || dayExists('20' + s.slice(7, 13)) ? '' : 'id_date'
  }
  return 'id_shape'
}

const dayExists = (d: string) => dateFault(`${d.slice(0, 4)}-${d.slice(4, 6)}-${d.slice(6, 8)}`) === ''

function mod11(s: string): string | undefined {
  const sum = [...s.slice(0, 17)].reduce((all, c, i) => all + Number(c) * (2 ** (17 - i) % 11), 0)
  return '10X98765432'[sum % 11]
}

function icao(s: string): string {
  const value = (c: string) => (c >= 'A' ? c.charCodeAt(0) - 55 : Number(c))
  return String([...s.slice(0, 14)].reduce((all, c, i) => all + value(c) * ([7, 3, 1][i % 3] ?? 0), 0) % 10)
}

const creditAlphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY'

export function creditFault(s: string): string {
  if (new TextEncoder().encode(s).length !== 18) return 'credit_length'
  let sum = 0
  let weight = 1
  for (let i = 0; i < 18; i++) {
    const v = creditAlphabet.indexOf(s[i] ?? '?')
    if (v < 0) return 'credit_char'
    if (i === 17) return v === (31 - (sum % 31)) % 31 ? '' : 'credit_check'
    sum += v * weight
    weight = (weight * 3) % 31
  }
  return 'credit_check'
}

const mobile = /^1[3-9][0-9]{9}$/
const landline = /^0[0-9]{2,3}-[0-9]{7,8}(-[0-9]{1,6})?$/
const area = /^(010|02[0-9]|0[3-9][0-9]{2})([0-9]{7,8})$/
const short = /^(1[0-9]{2,5}|400[0-9]{7}|[2-8][0-9]{6,7})$/
const abroad = /^\+[0-9]{6,15}$/

export const phoneFault = (s: string) => ([mobile, landline, short, abroad].some((p) => p.test(s)) ? '' : 'phone')

/** A telephone number as it is kept, from one without spaces. */
export function phone(s: string): string {
  const t = s.replaceAll('(', '').replaceAll(')', '-')
  const bare = t.replace(/^\+86/, '').replace(/^0086/, '').replaceAll('-', '')
  if (mobile.test(bare) || short.test(bare)) return bare
  const m = area.exec(bare)
  return m ? `${m[1]}-${m[2]}` : t
}

export const divisionFault = (s: string) => (/^[1-9][0-9]{11}$/.test(s) ? '' : 'division')

export const division = (s: string) => (/^[1-9][0-9]*$/.test(s) && [6, 9, 12].includes(s.length) ? s.padEnd(12, '0') : undefined)
