// Walks beside the counter: the link that goes and comes back, a scan that belongs to
// a case, a value of a person that is let stand again, a list that is kept.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { choose, kept, login } from './browser.mjs'
import { counter } from './counter.mjs'
import { clerk } from './district.mjs'

let district, browser, page, hub
counter('R2,R1', (at) => void ({ district, browser, page, hub } = at), { online: true })
const typed = '11010519491231002X'
// 1x1, white: a real picture.
const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mP8/x8AAwMCAO+ip1sAAAAASUVORK5CYII='

const link = (words) => page.locator('header .link', { hasText: words }).waitFor({ timeout: 60000 })
const detail = () => page.getByLabel('办件详情')
const show = async (...args) => JSON.parse(await district.command(clerk, [...args, '--home', 'village', '--json']))

async function accept() {
  await page.keyboard.press('F2')
  await page.locator('.applicant .name').waitFor()
  await choose(page, 'syd')
}
async function accepted() {
  await page.keyboard.press('F9')
  await page.locator('.done').waitFor()
  return page.locator('.done .number').innerText()
}

test('hub away and back: a case is marked as not sent, and the mark goes by itself', async () => {
  await link('已联网')
  await hub.kill()
  await link('未联网')
  await accept()
  await page.keyboard.press('0')
  const number = await accepted()
  await link('1 件未送出')
  await page.keyboard.press('F3')
  const line = page.getByRole('option').filter({ hasText: number })
  await line.getByText('未送出').waitFor()
  await page.keyboard.press('F8')
  await page.getByText('还没有送到上级').waitFor()
  await page.getByRole('button', { name: number }).waitFor()
  hub = await district.hub(hub.address)
  await page.getByText('本机的记录都已送到上级').waitFor({ timeout: 150000 }) // it calls again after as long as the hub was away
  await link(/^已联网$/)
  await page.keyboard.press('F3')
  await line.waitFor()
  await line.getByText('未送出').waitFor({ state: 'detached' })
})

test('sync page: one round by hand is told with what it did, a stick without a folder is refused in words', async () => {
  await page.keyboard.press('F8')
  await page.getByRole('button', { name: '马上同步' }).click()
  await page.locator('.sum .acts').getByText(/同步完成，两边一致/).or(page.locator('.sum [role=alert]')).waitFor({ timeout: 60000 })
  assert.match(await page.locator('.sum .acts').innerText(), /同步完成，两边一致/)
  await page.getByLabel('U 盘路径').fill('no-such-folder-anywhere')
  await page.getByRole('button', { name: '从 U 盘读入' }).click()
  const told = await page.getByRole('alert').innerText()
  assert.match(told, /[一-龥]{4}/)
  await page.getByLabel('U 盘路径').fill(`${district.dir}/stick`)
  await district.folder('stick')
  await page.getByRole('button', { name: '写到 U 盘' }).click()
  await page.getByText('可以安全拔出').waitFor()
})

test('a file dropped on a material is its scan, and the case shows it', async () => {
  await page.keyboard.press('F4')
  await page.keyboard.press('F4')
  await accept()
  const line = page.getByRole('listbox', { name: '材料清单' }).getByRole('option').first()
  const material = await line.evaluate((row, data) => {
    const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0))
    const carried = new DataTransfer()
    carried.items.add(new File([bytes], '身份证正面.png', { type: 'image/png' }))
    row.querySelector('.line').dispatchEvent(new DragEvent('drop', { dataTransfer: carried, bubbles: true, cancelable: true }))
    return row.querySelector('.own').textContent.trim()
  }, png)
  await line.getByText('扫描件：身份证正面.png').waitFor()
  assert.equal(await line.locator('.mark').innerText(), '已收')
  await page.keyboard.press('0')
  const number = await accepted()
  await page.keyboard.press('F3')
  await page.getByLabel('办件编号').fill(number)
  await page.keyboard.press('Enter')
  const row = detail().locator('.material', { hasText: material })
  await row.getByText('查看').waitFor()
  await row.getByText('扫描件已送到上级').waitFor() // then no mark goes any more, and nothing moves below the pointer
  await row.click()
  await page.getByRole('alertdialog').locator('img').waitFor()
  assert.equal(await page.getByRole('alertdialog').locator('img').evaluate((i) => i.decode().then(() => i.naturalWidth)), 1)
  await page.keyboard.press('Escape')
  await page.keyboard.press('Escape')
})

test('a value of a person that a later one took the place of is let stand again', async () => {
  const item = (await show('catalog', 'list')).find((i) => i.required_fields.length === 0).code
  for (const [phone, address] of [['13800000001', '纯阳路 1 号'], ['13800000002', '纯阳路 2 号']]) {
    const file = await district.file('typed.json', JSON.stringify({ type: 'person', name: '郑淑芬', number: typed, phone, address }))
    await district.command(clerk, ['case', 'accept', '--home', 'village', '--item', item, '--applicant', file, '--material', 'all'])
  }
  await page.keyboard.press('F6')
  await page.getByLabel('证件号码').fill(typed)
  await page.keyboard.press('Enter')
  const old = page.locator('.values .old', { hasText: '纯阳路 1 号' })
  await old.getByRole('button', { name: '恢复这个值' }).click()
  const asked = page.getByRole('alertdialog')
  await asked.getByText('现在的值不会丢失').waitFor()
  await asked.getByRole('button', { name: '恢复', exact: true }).click()
  await asked.waitFor({ state: 'detached' })
  await page.locator('.values .old', { hasText: '纯阳路 2 号' }).waitFor()
  const [one] = await show('person', 'find', typed)
  const known = await show('person', 'show', one.id ?? one.person)
  assert.ok(JSON.stringify(known.values.find((v) => v.value === '纯阳路 1 号') ?? null).includes('restored'))
})

test('a list that was kept is there after the next login', async () => {
  const mine = () => page.getByRole('button', { name: '失业登记在办', exact: true })
  await page.keyboard.press('F3')
  await page.getByLabel('受理日期从').fill('20260101')
  await page.keyboard.press('Tab')
  await page.locator('[aria-label=受理日期从]:not(:focus)').waitFor()
  await page.getByRole('button', { name: '存为常用' }).click()
  const saved = kept(page, '失业登记在办')
  await page.getByLabel('清单名称').fill('失业登记在办')
  await page.getByLabel('清单名称').press('Enter')
  await mine().waitFor()
  await saved
  await page.getByRole('button', { name: '退出' }).click()
  await login(page, clerk)
  await page.keyboard.press('F3')
  await mine().waitFor()
  await page.waitForFunction(() => document.querySelector('[aria-label=受理日期从], [aria-label=受理日期从] input')?.value === '2026-01-01')
})

test('nothing was complained of and nothing left this machine', () => assert.deepEqual(browser.faults, []))
