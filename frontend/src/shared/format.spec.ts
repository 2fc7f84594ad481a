import { describe, expect, it } from 'vitest'

import { due, minute } from './format'

describe('minute', () => {
  it('is in China whatever the zone of the text', () => {
    expect(minute('2026-11-20T09:30:00+08:00')).toBe('2026-11-20 09:30')
    expect(minute('2026-11-20T23:30:59.5Z')).toBe('2026-11-21 07:30')
  })
  it('leaves what is no time', () => expect(minute('')).toBe(''))
})

it('due shows a dash for none', () => expect([due('2026-12-01'), due(null)]).toEqual(['2026-12-01', '—']))
