import { deskOver, type Seat } from './desk'
import { DeskError, toDeskError, unreachable } from './errors'
import { listen } from './events'

// The key is one half of the right to call, the HttpOnly cookie the other. It is
// kept for other tabs and reloads; it is worth nothing once the program has ended.
const keyName = 'onedoor_key'

/** The browser's Desk, over the loopback server that the page came from. */
export function httpDesk(): Seat {
  const ready = open()
  const desk = deskOver(async (method, args) => {
    await ready
    return post(`/api/call/${method}`, args)
  })
  const stream = async (signal: AbortSignal) => (await ready, send('/api/events', {}, signal))
  return { ...desk, changes: (changed, up) => listen(stream, changed, up) }
}

/** Trades the token in the address, which works once, for a seat. */
async function open(): Promise<void> {
  const token = location.hash.slice(1)
  if (!/^[A-Z2-7]{20,}$/.test(token)) return
  // Out of the address bar and the history before anything else happens.
  history.replaceState(null, '', location.pathname)
  try {
    const { key } = (await post('/api/open', { token })) as { key: string }
    localStorage.setItem(keyName, key)
  } catch (reason) {
    // An old link in a browser that has its seat already: the calls will tell.
    if (toDeskError(reason).code !== 'no_seat') throw reason
  }
}

function send(path: string, body: unknown, signal?: AbortSignal): Promise<Response> {
  return fetch(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Onedoor-Key': localStorage.getItem(keyName) ?? '' },
    body: JSON.stringify(body),
    credentials: 'same-origin',
    cache: 'no-store',
    redirect: 'error',
    signal,
  })
}

async function post(path: string, body: unknown): Promise<unknown> {
  let response: Response
  try {
    response = await send(path, body)
  } catch {
    throw unreachable()
  }
  let answer: unknown
  try {
    answer = await response.json()
  } catch {
    throw new DeskError('failed', '程序的回答无法读懂', '请刷新页面')
  }
  if (!response.ok) throw toDeskError(answer)
  return (answer as { value: unknown }).value
}
