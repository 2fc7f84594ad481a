import { describe, expect, it } from 'vitest'

import { DeskError, toDeskError } from './errors'

const fault = { code: 'invalid', message: '身份证号有误', hint: '请核对', details: [{ where: '号码', what: '校验位不符' }] }

describe('toDeskError', () => {
  it('reads the object that HTTP gives', () => {
    const e = toDeskError(fault)
    expect([e.code, e.message, e.hint]).toEqual(['invalid', '身份证号有误', '请核对'])
    expect(e.details).toEqual(fault.details)
  })
  it('reads the text that Wails wraps into an Error', () => {
    expect(toDeskError(new Error(JSON.stringify(fault)))).toMatchObject({ code: 'invalid', hint: '请核对' })
  })
  it('leaves a DeskError as it is', () => {
    const e = new DeskError('busy', '正忙')
    expect(toDeskError(e)).toBe(e)
  })
  it.each([undefined, null, 7, 'boom', new Error('error parsing arguments: x'), {}, { code: 1, message: 2 }, '{"code":"x"}'])(
    'says of %o only that something failed',
    (reason) => {
      const e = toDeskError(reason)
      expect(e.code).toBe('failed')
      expect(e.message).not.toMatch(/[a-z]/)
    },
  )
  it('sets commas between Chinese characters as wide as these, and no others', () => {
    const e = toDeskError({
      ...fault, message: '没有受理;原件1份,补齐（原件）,再来', hint: '看 A,B 和 1,000 元,端口 127.0.0.1:80',
      details: [{ where: '材料,甲', what: '缺少,请补', fix: '原件1份;载明结果 / 1 original; with the result' }],
    })
    expect([e.message, e.hint]).toEqual(['没有受理；原件1份，补齐（原件），再来', '看 A,B 和 1,000 元，端口 127.0.0.1:80'])
    expect(e.details).toEqual([{ where: '材料,甲', what: '缺少，请补', fix: '原件1份；载明结果 / 1 original; with the result' }])
  })
  it('drops details that are none', () => {
    expect(toDeskError({ ...fault, details: [1, null, { where: 'x' }] }).details).toEqual([])
    expect(toDeskError({ ...fault, details: 'x' }).details).toEqual([])
  })
})
