// A clerk fills in a form with groups and conditions by keys alone, in a real browser
// through the real facade; the next form of the same person starts from it.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { choose } from './browser.mjs'
import { counter } from './counter.mjs'
import { clerk } from './district.mjs'

let district, browser, page
counter('R1,R1', (at) => void ({ district, browser, page } = at))

const key = (...keys) => keys.reduce((before, k) => before.then(() => page.keyboard.press(k)), Promise.resolve())
const at = (label) => page.locator(`[aria-label="${label}"]:focus`).waitFor()
const write = async (text) => (await page.keyboard.type(text), await key('Enter'))

async function begin() {
  await key('F2')
  await page.locator('.applicant .name').waitFor()
  await choose(page, 'NY004')
  await key('0', 'Enter')
  await at('补贴面积合计')
}

test('fills in plots of land by keys, and is told what is wrong beside the box', async () => {
  await begin()
  await write('3.5')
  await write('水稻')
  await at('地块1 地块名称')
  await write('大田')
  await key('Enter') // no code
  await key('Enter') // the picker of the village may stay empty
  await at('地块1 面积')
  await write('两亩')
  await page.getByText('不是数字').waitFor()
  await key('Shift+Tab')
  await at('地块1 面积')
  await key('Control+a')
  await write('2')
  await at('地块1 种植情况')
  await key('1', 'Control+Enter')
  await at('地块2 地块名称')
  await write('坡地')
  await key('Enter', 'Enter')
  await write('1.5')
  await key('2', 'Enter') // rented: now the form asks from whom
  await at('地块2 原承包人')
  await write('李某')
  await write('花生')
  await at('再加一地块')
  await key('Enter')
  await at('开户银行')
  await write('农村信用社')
  await write('6200000000001')
  await page.getByText('已齐全，可以受理').waitFor()
  await key('F9')
  await page.locator('.done').waitFor()
  const number = await page.locator('.done .number').innerText()
  const shown = JSON.parse(await district.command(clerk, ['case', 'show', number, '--home', 'village', '--json']))
  assert.deepEqual(shown.form.plots, [
    { name: '大田', area: '2', use: '自种' },
    { name: '坡地', area: '1.5', use: '流转种植', rented_from: '李某', crop: '花生' },
  ])
  await district.command(clerk, ['document', 'print', number, '--kind', 'form', '--out', 'form.pdf', '--home', 'village'])
  const seen = JSON.parse(await district.command(null, ['document', 'verify', 'form.pdf', '--home', 'village', '--json']))
  assert.equal(seen.valid, true)
  assert.equal(seen.kind, 'form')
})

test('the next form of the same person starts from this one, with the source', async () => {
  await key('F4')
  await page.getByLabel('查找事项').waitFor()
  await begin()
  await page.locator('.source', { hasText: '的办件' }).first().waitFor()
  assert.equal(await page.locator('.group .row').count(), 2)
  assert.equal(await page.getByLabel('地块2 地块名称').inputValue(), '坡地')
  await page.getByLabel('银行账号').fill('6200000000002')
  const sources = await page.locator('.source').allInnerTexts()
  assert.ok(sources.every((s) => /^来自\d{4}-\d{2}-\d{2} 的办件 .*，可改$/.test(s)), sources.join())
  assert.equal(sources.length, 2) // plots and bank; the account was written over
})

test('nothing was complained of and nothing left this machine', () => assert.deepEqual(browser.faults, []))
