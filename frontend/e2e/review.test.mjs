// A supervisor at the hub sees to what waits: one case of a lost counter is admitted
// alone, then the rest of it, and a case and a person that are to be looked at again are
// marked as seen to. All by keys.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { join } from 'node:path'

import { launch } from './browser.mjs'
import { found } from './district.mjs'
import { lose, supervisor } from './lost.mjs'

const looks = process.env.LOOK // a folder for pictures
let district, browser, page, made

before(async () => {
  ;[district, browser] = await Promise.all([found(), launch()])
  const hub = await district.hub(undefined, ['--ui', '127.0.0.1:0'])
  made = await lose(district, hub.address)
  page = await browser.tab(hub.link)
  await page.getByLabel('用户名').waitFor()
  await page.keyboard.type(supervisor.name)
  await page.keyboard.press('Enter')
  await page.keyboard.type(supervisor.password)
  await page.keyboard.press('Enter')
  await page.locator('header nav').getByText('复核').waitFor()
})
after(async () => {
  await browser?.close()
  await district?.close()
})

const look = async (name) => looks && (await page.waitForTimeout(400), page.screenshot({ path: join(looks, `review-${name}.png`) }))
const ask = () => page.getByRole('alertdialog')
const waiting = () => page.getByRole('listbox', { name: /待认可的办件和人员/ })
const todo = () => page.getByRole('listbox', { name: /^待处理/ })
const shown = async (number) => JSON.parse(await district.command(supervisor, ['case', 'show', number, '--home', 'hub', '--json']))
const press = async (...keys) => {
  for (const k of keys) await page.keyboard.press(k)
}

test('what a lost counter did is listed, without effect, and one case of it is admitted alone', async () => {
  await press('F5')
  await page.getByText('挂失设备“纯阳社区 2 号窗口”').waitFor()
  await page.locator('[role=listbox]:focus').waitFor()
  const count = await waiting().getByRole('option').count()
  assert.ok(count >= made.withheld.length, `${count} lines`)
  assert.equal(await page.getByRole('button', { name: /认可这/ }).isDisabled(), true)
  await look('waiting')
  await assert.rejects(shown(made.withheld[1]), /no effect yet|暂不生效/)
  const line = waiting().getByRole('option').filter({ hasText: made.withheld[1] })
  for (const at of await waiting().getByRole('option').all()) {
    if ((await at.innerText()).includes(made.withheld[1])) break
    await press('ArrowDown')
  }
  await press('Enter')
  await ask().getByText('李䶮𠅤').waitFor()
  await look('one')
  await press('Shift+Tab', 'Enter') // the button before the one that has the focus
  await page.locator('[aria-label=理由]:focus').waitFor()
  await ask().getByText('这台设备的其他操作仍不生效').waitFor()
  await press('Enter')
  await ask().getByText('认可必须写明理由').waitFor()
  await page.keyboard.type('打电话给申请人核对过')
  await look('ask')
  await press('Enter')
  await ask().waitFor({ state: 'detached' })
  await page.getByText(/已认可 纯阳社区 2 号窗口：.*1 件办件/).waitFor()
  await line.waitFor({ state: 'detached' })
  assert.equal((await shown(made.withheld[1])).status, 'accepted')
  await assert.rejects(shown(made.withheld[0]))
})

test('the rest is admitted once each of it was looked at', async () => {
  await page.locator('[role=listbox]:focus').waitFor()
  await press('Home')
  const count = await waiting().getByRole('option').count()
  for (let i = 0; i < count; i++) {
    await press('Enter')
    await ask().waitFor()
    await press('Escape')
    await ask().waitFor({ state: 'detached' })
    await page.locator('[role=listbox]:focus').waitFor() // the focus is where it was
    await press('ArrowDown')
  }
  await page.getByText('各项都看过了').waitFor()
  await press('Tab')
  await press('Enter')
  await page.locator('[aria-label=理由]:focus').waitFor()
  await page.keyboard.type('逐件核实')
  await press('Enter')
  await ask().waitFor({ state: 'detached' })
  await page.getByText('挂失设备“').waitFor({ state: 'detached' })
  for (const [i, status] of [[0, 'under_review'], [2, 'accepted']]) assert.equal((await shown(made.withheld[i])).status, status)
})

test('a case that is to be looked at again is marked as seen to, with what was found', async () => {
  const line = todo().getByRole('option').filter({ hasText: made.left })
  await line.getByText('待复核').waitFor()
  await look('todo')
  await line.click()
  const detail = page.getByLabel('办件详情')
  await detail.getByText(made.left).first().waitFor()
  await detail.getByRole('button', { name: '已处理' }).focus()
  await press('Enter')
  await ask().getByText('将从待处理中去掉').waitFor()
  await page.keyboard.type('停用前已受理，材料齐全')
  await look('seen')
  await press('Enter')
  await ask().waitFor({ state: 'detached' })
  await detail.getByText('停用前已受理，材料齐全').waitFor()
  await detail.getByLabel('待处理').waitFor({ state: 'detached' })
  assert.deepEqual((await shown(made.left)).tasks, [])
  await press('F5')
  await todo().waitFor()
  await todo().getByRole('option').filter({ hasText: made.left }).waitFor({ state: 'detached' }) // it is asked for again
  await look('done')
})

test('the record of a person is marked as looked at, too', async () => {
  const line = todo().getByRole('option').filter({ hasText: '司马远' })
  await line.getByText('待复核').waitFor()
  await line.click()
  const marked = page.getByRole('group', { name: '待复核和已核实的登记' })
  await marked.getByText(/登记（手工录入）：身份信息、联系电话/).waitFor()
  await look('person')
  await marked.getByRole('button', { name: '已核实' }).focus()
  await press('Enter')
  await page.locator('[aria-label=怎样核实的]:focus').waitFor()
  await press('Enter')
  await ask().getByText('请写明怎样核实的').waitFor()
  await page.keyboard.type('电话核对过，登记属实')
  await look('person-seen')
  await press('Enter')
  await ask().waitFor({ state: 'detached' })
  await marked.getByText('已核实：“电话核对过，登记属实”').waitFor()
  await marked.getByText('待复核', { exact: true }).waitFor({ state: 'detached' })
  await look('person-done')
  await press('F5')
  await page.getByRole('heading', { name: /^待处理/ }).waitFor() // nothing may be left to list
  await line.waitFor({ state: 'detached' })
})

test('nothing was complained of and nothing left this machine', () => assert.deepEqual(browser.faults, []))
