/** A date as people type it: 20260131, 2026.1.31, 2026年1月31日 -> 2026-01-31. */
export function tidyDate(text: string): string {
  const parts = /^\s*(\d{4})(?:(\d{2})(\d{2})|\D+(\d{1,2})\D+(\d{1,2})\D?)\s*$/.exec(text)
  if (!parts) return text.trim()
  const [month, day] = [parts[2] ?? parts[4] ?? '', parts[3] ?? parts[5] ?? '']
  return `${parts[1]}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
}

/** The day that this PC's clock shows, 2026-11-20. */
export function today(now = new Date()): string {
  const two = (n: number) => String(n).padStart(2, '0')
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`
}
