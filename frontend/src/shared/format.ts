/** "2026-11-20T09:30:00+08:00" -> "2026-11-20 09:30", in China's time on any PC. */
export function minute(rfc3339: string): string {
  const ms = Date.parse(rfc3339)
  if (Number.isNaN(ms)) return rfc3339
  return new Date(ms + 8 * 3600_000).toISOString().slice(0, 16).replace('T', ' ')
}

/** The due date as a list shows it. */
export function due(date: string | null): string {
  return date ?? '—'
}

/** The Chinese half of a text that the program says in both languages: "缺少 / missing". */
export function chinese(text: string): string {
  const [zh = '', ...rest] = text.split(' / ')
  return rest.length > 0 && /[\u3400-\u9fff]/.test(zh) ? zh : text
}

/** What a fault is about, without the field's name in the program: "失业日期 (since)". */
export function about(where: string): string {
  return where.replace(/ \([a-z][a-z0-9_]*\)$/, '')
}

/** A number of bytes as people say it: 1.5 MB. */
export function bytes(n: number): string {
  const units = ['字节', 'KB', 'MB', 'GB', 'TB']
  let at = 0
  for (; n >= 1000 && at < units.length - 1; at++) n /= 1000
  return `${at === 0 || n >= 100 ? Math.round(n) : n.toFixed(1)} ${units[at]}`
}
