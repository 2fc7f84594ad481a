import { describe, expect, it } from 'vitest'

import { guide } from '../../bridge/memoryItems'
import { tidyDate } from '../../shared/date'
import { answers, blankSheet, given, missing, numberFault, tick, told, visibleFields } from './rules'

const item = guide('S-0002')
const card = {
  id: 'C', kind: 'resident', name: '李䶮', name_en: '', sex: '女', ethnicity: '汉', birth: '', address: '', number: '', issuer: '',
  valid_from: '', valid_to: '', warnings: [],
}

it.each([
  ['20260131', '2026-01-31'], ['2026-1-3', '2026-01-03'], ['2026.1.31', '2026-01-31'], ['2026年1月31日', '2026-01-31'],
  [' 2026/12/01 ', '2026-12-01'], ['明天', '明天'], ['', ''], ['2026013', '2026013'],
])('a date typed as %o is %o', (typed, want) => expect(tidyDate(typed)).toBe(want))

it.each([
  ['', ''], ['440604195202290027', '校验位'], ['11010519491231002X', ''], ['11010519491231002x', ''], ['110105 19491231 002X', ''],
  ['110105194912310021', '校验位'], ['1101051949', '18 位'], ['11010519491231O02X', '只有数字'],
])('the number %o has the fault %o', (number, want) => {
  if (want === '') expect(numberFault(number)).toBe('')
  else expect(numberFault(number)).toContain(want)
})

describe('fields', () => {
  const names = (form: Record<string, string>) => visibleFields(item, form).map((f) => f.name)
  it('appear with the answer that asks for them', () => {
    expect(names({})).toEqual(['reason', 'since'])
    expect(names({ reason: '其他' })).toEqual(['reason', 'other', 'since'])
  })
  it('that do not apply any more are not handed in', () => {
    expect(answers(item, { reason: '合同期满', other: '旧答案', since: '20260131' })).toEqual({ reason: '合同期满', since: '2026-01-31' })
  })
  it('hang on visible fields only', () => {
    const chain = { ...item, fields: [...(item.fields ?? []), { name: 'deep', label: '', kind: 'text', visible_when: { field: 'other', in: ['x'] } }] }
    expect(visibleFields(chain, { reason: '合同期满', other: 'x' }).map((f) => f.name)).not.toContain('deep')
  })
})

describe('what is missing', () => {
  it('is told all at once, in the order of the screen', () => {
    expect(missing(undefined, blankSheet(), undefined)).toEqual(['申请人姓名', '申请人证件号码', '要办的事项'])
    expect(missing(item, blankSheet(), undefined)).toEqual([
      '申请人姓名', '申请人证件号码', '材料：居民身份证', '材料：失业登记表', '材料：离职证明', '表单：失业原因', '表单：失业日期',
    ])
  })
  it('is one sentence, in which each kind is named once', () => {
    expect(told(missing(undefined, blankSheet(), undefined))).toBe('申请人姓名、申请人证件号码、要办的事项')
    expect(told(missing(item, blankSheet(), undefined))).toBe('申请人姓名、申请人证件号码；材料：居民身份证、失业登记表、离职证明；表单：失业原因、失业日期')
    expect(told(missing(item, blankSheet(), card))).toBe('材料：失业登记表、离职证明；表单：失业原因、失业日期')
    expect(told([])).toBe('')
  })
  it('shrinks by the card, which shows itself too', () => {
    expect(missing(item, blankSheet(), card)).toEqual(['材料：失业登记表', '材料：离职证明', '表单：失业原因', '表单：失业日期'])
    expect(tick(blankSheet(), card, '居民身份证')).toBe('given')
  })
  it('asks an organisation for its representative', () => {
    const sheet = blankSheet()
    sheet.applicant.type = 'org'
    expect(missing(item, sheet, undefined)).toContain('法定代表人')
  })
})

it('hands in what was seen and what was promised', () => {
  const sheet = { ...blankSheet(), materials: { 失业登记表: 'given', 离职证明: 'later' } as const }
  expect(given(item, { ...sheet, materials: { ...sheet.materials } }, card)).toEqual([
    { name: '居民身份证', provided: true }, { name: '失业登记表', provided: true }, { name: '离职证明', provided: false, deferred: true },
  ])
})
