import type { PaperField } from '../../bridge'

/** Statements by field, as typed. */
export type Texts = Record<string, string>

const no = ['', '否']

/** Whether all that a statement depends on is so: "key" is stated, or "key=value". */
export function applies(f: PaperField, texts: Texts): boolean {
  return f.when.every((w) => {
    const [key = '', value] = w.split('=')
    const said = (texts[key] ?? '').trim()
    return value === undefined ? !no.includes(said) : said === value
  })
}

/** Whether the document is unlawful without this statement, as the others now stand. */
export const demanded = (f: PaperField, texts: Texts) => f.required && applies(f, texts)

/** What is still missing; an opinion fills those that are made of it. */
export const missing = (fields: PaperField[], texts: Texts, opinion = '') =>
  fields.filter((f) => demanded(f, texts) && !(texts[f.key] ?? '').trim() && !(f.opinion && opinion.trim()))

/** The values that the record suggests, to begin with. */
export const suggested = (fields: PaperField[]): Texts => Object.fromEntries(fields.map((f) => [f.key, f.value]))

/** What is sent: nothing that is empty. */
export const stated = (texts: Texts): Texts => Object.fromEntries(Object.entries(texts).filter(([, text]) => text.trim() !== ''))
