/** One fault of an input with many. */
export interface Problem {
  where: string
  what: string
  fix?: string
}

/**
 * A failure as a clerk is told it. The codes are those of app/counter and
 * app/window on the Go side, and "unreachable", which only this side can know.
 */
export class DeskError extends Error {
  override readonly name = 'DeskError'
  constructor(
    readonly code: string,
    message: string,
    readonly hint = '',
    readonly details: Problem[] = [],
  ) {
    super(message)
  }
}

/** Commas and the like between Chinese characters as wide as these; what stands between digits or letters stays. */
const wide: Record<string, string> = { ',': '，', ';': '；', ':': '：', '!': '！', '?': '？' }
const sentence = (text: string) =>
  text.replace(/([\u3400-\u9fff）》”])([,;:!?])(?=[\u3400-\u9fff（《“])/g, (_, before: string, sign: string) => before + wide[sign])

/** Makes a DeskError of whatever a promise was rejected with. */
export function toDeskError(reason: unknown): DeskError {
  if (reason instanceof DeskError) return reason
  const given = fault(reason)
  if (given) return given
  return new DeskError('failed', '程序出错，这一步没有完成', '请重试；仍不成功请联系管理员')
}

/** The program does not answer at all. */
export function unreachable(): DeskError {
  return new DeskError('unreachable', '连不上一门办程序', '请确认程序仍在运行，然后重试')
}

// Wails rejects with an Error whose message is the fault as JSON; HTTP gives the object.
function fault(reason: unknown): DeskError | undefined {
  let value = reason instanceof Error ? reason.message : reason
  if (typeof value === 'string') {
    try {
      value = JSON.parse(value)
    } catch {
      return undefined
    }
  }
  if (typeof value !== 'object' || value === null) return undefined
  const f = value as Record<string, unknown>
  if (typeof f.code !== 'string' || typeof f.message !== 'string') return undefined
  return new DeskError(f.code, sentence(f.message), typeof f.hint === 'string' ? sentence(f.hint) : '', problems(f.details))
}

function problems(value: unknown): Problem[] {
  if (!Array.isArray(value)) return []
  const all = value.filter((p): p is Problem => typeof p?.where === 'string' && typeof p?.what === 'string')
  return all.map((p) => ({ ...p, what: sentence(p.what), ...(typeof p.fix === 'string' && { fix: sentence(p.fix) }) }))
}
