// Walks of the district's staff on the hub's own pages, the same program over the
// hub's home: a supervisor and a reviewer see what the villages sent.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { join } from 'node:path'

import { launch } from './browser.mjs'
import { admin, clerk, found } from './district.mjs'

const supervisor = { name: '林主管', password: 'demo-supervisor-1' }
const reviewer = { name: '赵审查', password: 'demo-reviewer-01' }
const looks = process.env.LOOK // a folder for pictures

let district, browser, hub, page, number

const look = async (name) => looks && (await page.waitForTimeout(400), page.screenshot({ path: join(looks, `hub-${name}.png`) }))
const enter = async (who, at) => {
  await page.getByLabel('用户名').waitFor()
  await page.keyboard.type(who.name)
  await page.keyboard.press('Enter')
  await page.keyboard.type(who.password)
  await page.keyboard.press('Enter')
  await at().waitFor()
}
const list = () => page.getByRole('listbox', { name: /办件列表/ })
const detail = () => page.getByLabel('办件详情')

before(async () => {
  ;[district, browser] = await Promise.all([found(), launch()])
  for (const [u, role] of [[supervisor, 'supervisor'], [reviewer, 'reviewer']]) {
    await district.command(admin, ['user', 'add', '--home', 'hub', '--name', u.name, '--role', role, '--division', '440604'], { ONEDOOR_NEW_PASSWORD: u.password })
  }
  hub = await district.hub(undefined, ['--ui', '127.0.0.1:0'])
  const applicant = await district.file('applicant.json', JSON.stringify({ type: 'person', name: '李䶮𠅤', number: '440604195202290425', phone: '13800000000' }))
  const promised = JSON.parse(await district.command(null, ['catalog', 'list', '--home', 'village', '--json'])).find((i) => !i.instant && i.required_fields.length === 0)
  const accepted = JSON.parse(
    await district.command(clerk, ['case', 'accept', '--home', 'village', '--item', promised.code, '--applicant', applicant, '--material', 'all', '--json']),
  )
  number = accepted.number
  await district.command(clerk, ['case', 'act', number, 'handover', '--home', 'village'])
  await district.command(null, ['sync', '--home', 'village', '--hub', hub.address])
  page = await browser.tab(hub.link)
})
after(async () => {
  await browser?.close()
  await district?.close()
})

test('a reviewer begins with the cases, and does not see the counter', async () => {
  await enter(reviewer, list)
  assert.equal(await page.locator('header nav').getByText('受理').count(), 0)
  await page.getByRole('option').filter({ hasText: number }).waitFor()
  await look('cases')
  await page.keyboard.press('Enter')
  await detail().getByText(number).first().waitFor()
  await detail().getByRole('button', { name: '审查通过' }).waitFor()
  assert.equal(await detail().getByRole('button', { name: '作废' }).count(), 0)
  await look('case')
})

test('a review by a key goes into the record', async () => {
  await detail().getByRole('button', { name: '审查通过' }).click()
  const ask = page.getByRole('alertdialog')
  const done = detail().getByText('审查', { exact: true }).first()
  await ask.or(done).first().waitFor()
  if (await ask.count()) {
    await look('review')
    await page.keyboard.press('Enter')
    await ask.waitFor({ state: 'detached' })
  }
  await done.waitFor()
  const shown = JSON.parse(await district.command({ name: reviewer.name, password: reviewer.password }, ['case', 'show', number, '--home', 'hub', '--json']))
  assert.ok(shown.timeline.some((l) => l.verb === 'review' && l.effective))
  await page.keyboard.press('Escape')
})

test('the sync page of a hub says that records end here, and names the stations', async () => {
  await page.keyboard.press('F8')
  await page.getByText('本机在区级，记录送到这里为止').waitFor()
  await page.getByText('纯阳社区 1 号窗口').first().waitFor()
  assert.equal(await page.getByRole('button', { name: '马上同步' }).count(), 0)
  await look('sync')
})

test('a person, an item, the device and a paper are shown at the hub too', async () => {
  await page.keyboard.press('F6')
  await page.getByLabel('证件号码').fill('440604195202290425')
  await page.keyboard.press('Enter')
  await page.locator('.facts h2').getByText('李䶮𠅤').waitFor()
  await look('person')
  await page.keyboard.press('F7')
  await page.getByLabel('查找事项').fill('syd')
  await page.getByText('失业登记').first().waitFor()
  await look('catalog')
  await page.keyboard.press('F10')
  await look('device')
  await page.keyboard.press('Shift+F3')
  await page.getByLabel('二维码文字').fill('OD1:NONSENSE')
  await page.keyboard.press('Enter')
  await page.getByText('没有读出来，请再扫一次').waitFor()
  await look('verify')
  await page.keyboard.press('F1')
  await page.getByRole('alertdialog', { name: '按键表' }).waitFor()
  await page.keyboard.press('Escape')
})

test('a supervisor of the district logs in after the reviewer has gone', async () => {
  await page.getByRole('button', { name: '退出' }).click()
  await enter(supervisor, () => page.locator('header nav').getByText('办件'))
  await look('supervisor')
  await page.keyboard.press('F3')
  await page.getByRole('option').filter({ hasText: number }).waitFor()
  await page.getByRole('button', { name: '退出' }).click()
})

test('the administrator comes in and sees what administrators may', async () => {
  await enter(admin, () => page.locator('header nav').getByText('办件'))
  await page.keyboard.press('F3')
  await list().waitFor()
  await look('admin')
  await page.keyboard.press('F8')
  await page.getByText('本机在区级').waitFor()
})

test('no request left this machine and the console is quiet', () => assert.deepEqual(browser.faults, []))
