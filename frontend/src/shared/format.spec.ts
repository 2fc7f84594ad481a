import { describe, expect, it } from 'vitest'

import { about, chinese, due, minute } from './format'

describe('minute', () => {
  it('is in China whatever the zone of the text', () => {
    expect(minute('2026-11-20T09:30:00+08:00')).toBe('2026-11-20 09:30')
    expect(minute('2026-11-20T23:30:59.5Z')).toBe('2026-11-21 07:30')
  })
  it('leaves what is no time', () => expect(minute('')).toBe(''))
})

it('due shows a dash for none', () => expect([due('2026-12-01'), due(null)]).toEqual(['2026-12-01', '—']))

it.each([['必填 / required', '必填'], ['选择其一 / choose one of: 甲、乙', '选择其一'], ['2026 / 11', '2026 / 11'], ['缺少', '缺少']])('chinese of %o', (text, want) =>
  expect(chinese(text)).toBe(want),
)
it('a fault is about a field by its label', () => {
  expect(['失业日期 (since)', '材料 证明(原件)'].map(about)).toEqual(['失业日期', '材料 证明(原件)'])
})
