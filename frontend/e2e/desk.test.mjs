// Walks through what a counter does less often: scans by the file chooser and from
// the scanner's folder, a decision with its paper, a value let stand over a card's,
// people by name, a gun while a dialog is open or an input method composes, two
// users of one PC.
import assert from 'node:assert/strict'
import { utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'

import { choose, kept, login } from './browser.mjs'
import { counter } from './counter.mjs'
import { clerk, second } from './district.mjs'

let district, browser, page
counter('R2,R1,R1', (at) => void ({ district, browser, page } = at))
const rare = '李䶮𠅤'
const rareNumber = '440604195202290425'

const key = (...keys) => keys.reduce((before, k) => before.then(() => page.keyboard.press(k)), Promise.resolve())
const show = async (...args) => JSON.parse(await district.command(clerk, [...args, '--home', 'village', '--json']))
const detail = () => page.getByLabel('办件详情')
const ask = () => page.getByRole('alertdialog')
const materials = () => page.getByRole('listbox', { name: '材料清单' }).getByRole('option')

async function fresh() {
  await key('F4')
  if (await page.locator('.done').count()) await key('F4') // the next applicant
  await page.getByLabel('查找事项').waitFor()
}
async function accepted() {
  await key('F9')
  await page.locator('.done').waitFor()
  return page.locator('.done .number').innerText()
}
async function openCase(number) {
  await key('F3')
  await page.getByLabel('办件编号').fill(number)
  await key('Enter')
  await detail().getByText(number).first().waitFor()
}
/** Types as fast as a gun: the browser's own remote keyboard is slower than one. */
const gun = (text, composing = false) =>
  page.evaluate(
    ([text, isComposing]) => {
      let now = performance.now() // of the gun: this machine may do other things between two keys
      for (const key of [...text, 'Enter']) {
        const at = document.activeElement ?? document.body
        const e = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, isComposing })
        Object.defineProperty(e, 'timeStamp', { value: (now += 5) })
        at.dispatchEvent(e)
      }
    },
    [text, composing],
  )

let number
test('a scan is chosen as a file, and another is taken from the watched folder', async () => {
  await district.folder('scans')
  const scanned = await district.file('scans/扫描0001.pdf', '%PDF-1.4 scanned')
  await utimes(scanned, 1763690000, 1763690000) // a file that may still be written is not offered
  const chosen = await district.file('户口簿.pdf', '%PDF-1.4 chosen')
  await key('F10')
  await page.getByRole('radio', { name: '设置' }).click()
  await page.getByLabel('扫描文件夹', { exact: true }).fill(join(district.dir, 'scans'))
  await page.getByRole('button', { name: '保存' }).click()
  await page.locator('.acts .sure').waitFor()
  await fresh()
  await key('F2')
  await page.locator('.applicant .name').waitFor()
  assert.equal(await page.locator('.applicant .name').innerText(), rare)
  await choose(page, 'syd')
  await key('f')
  await ask().waitFor()
  await page.getByLabel('选择扫描件文件').setInputFiles(chosen)
  await ask().waitFor({ state: 'detached' })
  await page.locator('[aria-label=材料清单]:focus').waitFor() // the focus is where it was
  await materials().nth(0).getByText('扫描件：户口簿.pdf').waitFor()
  await key('ArrowDown', 'f')
  const folder = ask().getByRole('listbox', { name: /扫描文件夹/ })
  await folder.focus()
  await folder.getByText('扫描0001.pdf').waitFor()
  await key('Enter')
  await ask().waitFor({ state: 'detached' })
  await materials().nth(1).getByText('扫描件：扫描0001.pdf').waitFor()
  await page.locator('[aria-label=材料清单]').focus()
  await key('0')
  number = await accepted()
  const kept = (await show('case', 'show', number)).materials.filter((m) => m.file)
  assert.equal(kept.length, 2)
  assert.equal(new Set(kept.map((m) => m.file)).size, 2)
})

test('a decision whose paper lacks something is refused by name before anything is recorded, then done with its paper', async () => {
  await openCase(number)
  const before = (await show('case', 'show', number)).timeline.length
  await detail().getByRole('button', { name: '不予' }).click()
  await page.locator('[aria-label=意见]:focus').waitFor()
  await page.keyboard.type('不符合条件')
  await key('Enter')
  await ask().getByText(/还没有办理。《不予决定书》还缺：.*查明的事实/).waitFor()
  assert.equal((await show('case', 'show', number)).timeline.length, before)
  for (const [label, text] of [['行政复议机关和期限', '向区人民政府申请，六十日内'], ['行政诉讼法院和期限', '向人民法院提起，六个月内']]) {
    await ask().getByLabel(label).fill(text) // the sample item does not say them
  }
  await ask().getByLabel('意见').press('Enter')
  await page.locator('[aria-label=查明的事实]:focus').waitFor() // what is still missing has the focus
  await page.keyboard.type('申请人已就业')
  await ask().getByLabel('打印机').selectOption('') // only to look at
  const paper = page.context().waitForEvent('response', (r) => r.url().includes('/api/paper/'))
  await ask().getByLabel('查明的事实').focus()
  await key('Enter')
  assert.equal((await paper).status(), 200)
  await page.bringToFront()
  await ask().waitFor({ state: 'detached' })
  await detail().getByText(/不予已办好，不予决定书已生成/).waitFor()
  await page.locator('[aria-label=办件详情]:focus').waitFor()
  const shown = await show('case', 'show', number)
  assert.equal(shown.status, 'denied')
  assert.deepEqual(shown.documents.map((d) => d.kind), ['denial'])
})

test('a typed name stands over the one of a card only when somebody lets it, and looks different', async () => {
  const item = (await show('catalog', 'list')).find((i) => i.required_fields.length === 0).code
  const file = await district.file('typed.json', JSON.stringify({ type: 'person', name: '李岩', number: rareNumber, phone: '13800000001' }))
  await district.command(clerk, ['case', 'accept', '--home', 'village', '--item', item, '--applicant', file, '--material', 'all'])
  await key('F6')
  await page.getByLabel('证件号码').fill(rareNumber)
  await key('Enter')
  await page.locator('.facts h2').getByText(rare).waitFor()
  await page.locator('.facts h2 .sure').getByText('读卡').waitFor()
  const old = page.locator('.values .old', { hasText: '李岩' })
  await old.getByRole('button', { name: '恢复这个值' }).click()
  await ask().getByText('现在的值不会丢失').waitFor()
  await ask().getByRole('button', { name: '恢复', exact: true }).click()
  await ask().waitFor({ state: 'detached' })
  await page.locator('.facts h2').getByText('李岩').waitFor()
  await page.locator('.facts h2 .unsure').getByText('手工录入').waitFor()
  await page.locator('.values .old', { hasText: rare }).waitFor()
})

test('a person is found by initials of the name, by keys alone', async () => {
  await page.getByLabel('证件号码').fill('')
  await page.getByLabel('证件号码').focus()
  await page.keyboard.type('ly')
  await page.getByRole('listbox', { name: '找到的人' }).getByText('李岩').waitFor()
  await key('Enter')
  await page.getByRole('listbox', { name: '找到的人' }).waitFor({ state: 'detached' })
  await page.locator('.facts h2').getByText('李岩').waitFor()
})

test('a gun opens a case while a dialog is open, and leaves an input method alone', async () => {
  await key('F1')
  await page.getByRole('alertdialog', { name: '按键表' }).waitFor()
  await gun(number)
  await ask().waitFor({ state: 'detached' })
  await detail().getByText(number).first().waitFor()
  await fresh()
  await key('F2')
  await page.locator('.applicant .name').waitFor()
  await choose(page, 'syd')
  await key('f')
  await ask().waitFor()
  await gun(number)
  await detail().getByText(number).first().waitFor()
  assert.equal(await ask().count(), 0)
  await key('F7')
  const search = page.getByLabel('查找事项')
  await search.focus()
  await gun(number, true) // the keys are the input method's: nothing is opened
  assert.equal(await search.evaluate((el) => el === document.activeElement), true)
  assert.equal(await detail().count(), 0)
  await gun(number)
  await detail().getByText(number).first().waitFor()
})

test('two users of one PC have a draft each, and see nothing of the other', async () => {
  const name = () => page.getByLabel('申请人姓名')
  await key('F4')
  await key('Shift+F4')
  if (await ask().count()) await ask().getByRole('button', { name: '清空', exact: true }).click()
  const first = kept(page, '欧阳文静')
  await name().fill('欧阳文静')
  await first
  await page.getByRole('button', { name: '退出' }).click()
  await login(page, second)
  assert.equal(await name().inputValue(), '')
  const next = kept(page, '司马远')
  await name().fill('司马远')
  await next
  await page.getByRole('button', { name: '退出' }).click()
  for (const [who, own] of [[clerk, '欧阳文静'], [second, '司马远']]) {
    await login(page, who)
    await page.getByText('已恢复上次没有办完的内容').waitFor()
    assert.equal(await name().inputValue(), own)
    await page.getByRole('button', { name: '退出' }).click()
  }
})

test('nothing was complained of and nothing left this machine', () => assert.deepEqual(browser.faults, []))
