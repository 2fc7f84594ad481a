import { afterEach, expect, it, vi } from 'vitest'

import { listen, longestSilence, topicsOf } from './events'

const stop: (() => void)[] = []
afterEach(() => {
  stop.splice(0).forEach((f) => f())
  vi.useRealTimers()
})

/** A stream whose pieces a test pushes. */
function stream() {
  let push: ReadableStreamDefaultController<Uint8Array> | undefined
  const body = new ReadableStream<Uint8Array>({ start: (c) => void (push = c) })
  return {
    response: new Response(body),
    say: async (text: string) => {
      push?.enqueue(new TextEncoder().encode(text))
      await vi.waitFor(() => {})
    },
    end: () => push?.close(),
  }
}

it('reads topics, also from pieces, and passes over what is none', async () => {
  const s = stream()
  const told: string[][] = []
  stop.push(listen(async () => s.response, (t) => told.push(t), () => {}))
  await s.say(': open\n\nevent: changed\ndata: ["lin')
  await s.say('k","records"]\n\n: still here\n\ndata: nonsense\n\n')
  await vi.waitFor(() => expect(told).toEqual([['link', 'records']]))
  expect(topicsOf('data: {"a":1}')).toEqual([])
})

it('says when the program falls silent, and listens anew', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const up: boolean[] = []
  let tries = 0
  const open = async (signal: AbortSignal) => {
    tries++
    if (tries === 2) throw new TypeError('refused')
    const s = stream()
    signal.addEventListener('abort', () => s.end())
    return s.response
  }
  stop.push(listen(open, () => {}, (c) => up.push(c)))
  await vi.waitFor(() => expect(up).toEqual([true]))
  await vi.advanceTimersByTimeAsync(longestSilence + 1)
  expect(up).toEqual([true, false])
  await vi.advanceTimersByTimeAsync(501)
  expect(up).toEqual([true, false, false])
  await vi.advanceTimersByTimeAsync(1001)
  await vi.waitFor(() => expect(up).toEqual([true, false, false, true]))
})
