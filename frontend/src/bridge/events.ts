// Server-sent events, read with fetch: EventSource could not show the key. A page
// listens only while it is in view: browsers allow few connections to one host.

/** Longest silence of the program: it says something every 15 s. */
export const longestSilence = 40_000

/** Pauses before listening anew, in milliseconds. */
const pauses = [500, 1000, 2000, 5000]

/** Listens until the returned function is called; see Changes. */
export function listen(
  open: (signal: AbortSignal) => Promise<Response>,
  changed: (topics: string[]) => void,
  up: (connected: boolean) => void,
): () => void {
  let over = false
  let current: AbortController | undefined
  let wake = () => {}
  const hidden = () => document.visibilityState === 'hidden'

  async function run() {
    for (let tries = 0; !over; tries++) {
      if (hidden()) {
        await new Promise<void>((resolve) => (wake = resolve))
        tries = 0
        continue
      }
      current = new AbortController()
      try {
        const response = await open(current.signal)
        if (!response.ok || !response.body) throw new Error(String(response.status))
        up(true)
        tries = 0
        await read(response.body, changed, current)
      } catch {
        // said below, and tried again
      }
      if (over || hidden()) continue
      up(false)
      const pause = pauses[Math.min(tries, pauses.length - 1)] ?? 5000
      await new Promise<void>((resolve) => {
        const timer = window.setTimeout(resolve, pause)
        wake = () => (window.clearTimeout(timer), resolve())
      })
    }
  }

  function seen() {
    if (hidden()) current?.abort()
    wake()
  }
  document.addEventListener('visibilitychange', seen)
  void run()
  return () => {
    over = true
    document.removeEventListener('visibilitychange', seen)
    current?.abort()
    wake()
  }
}

async function read(body: ReadableStream<Uint8Array>, changed: (topics: string[]) => void, stop: AbortController) {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let text = ''
  let timer = 0
  try {
    for (;;) {
      timer = window.setTimeout(() => stop.abort(), longestSilence)
      const { done, value } = await reader.read()
      window.clearTimeout(timer)
      if (done) return
      text += decoder.decode(value, { stream: true })
      const parts = text.split('\n\n')
      text = parts.pop() ?? ''
      for (const part of parts) {
        const topics = topicsOf(part)
        if (topics.length > 0) changed(topics)
      }
    }
  } finally {
    window.clearTimeout(timer)
  }
}

/** The topics of one event; none of what is no event of ours. */
export function topicsOf(event: string): string[] {
  const data = event.split('\n').find((line) => line.startsWith('data: '))
  if (!data) return []
  try {
    const value: unknown = JSON.parse(data.slice(6))
    return Array.isArray(value) ? value.filter((t): t is string => typeof t === 'string') : []
  } catch {
    return []
  }
}
