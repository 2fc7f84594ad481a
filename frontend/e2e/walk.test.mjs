// Walks of a clerk through the real program: pages in a real browser, the real
// facade behind them, a simulated reader that speaks the readers' own protocol.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { choose, kept, login } from './browser.mjs'
import { counter } from './counter.mjs'
import { clerk, second } from './district.mjs'

// Cards lie on the reader in this order: the first walk reads R1, "rare names" the next
// one. Every other walk makes what it needs, so that any of them can be left out.
let district, browser, daemon, page
counter('R1,R2,R1', (at) => void ({ district, browser, daemon, page } = at))
const rare = '李䶮𠅤'
const rareNumber = '440604195202290425'

const number = () => page.locator('.done .number').innerText()
const accepted = () => page.locator('.done').waitFor()

/** The counter with nobody at it, whatever the walk before left there. */
async function nobody() {
  await page.keyboard.press('F4')
  await page.locator('.done, .counter').waitFor()
  if (await page.locator('.done').count()) await page.keyboard.press('F4')
  await page.getByLabel('查找事项').waitFor()
}
/** A case of a promised item, accepted by typing; gives its number. */
async function someCase() {
  const item = JSON.parse(await district.command(null, ['catalog', 'list', '--home', 'village', '--json'])).find((i) => !i.instant && i.required_fields.length === 0).code
  const who = await district.file('who.json', JSON.stringify({ type: 'person', name: '郑淑芬', number: '11010519491231002X' }))
  return JSON.parse(await district.command(clerk, ['case', 'accept', '--home', 'village', '--item', item, '--applicant', who, '--material', 'all', '--json'])).number
}

test('the link opens once and hides its token', () => assert.ok(!page.url().includes('#')))

test('accepts by card with keys alone, and hands out the notice', async (t) => {
  let keys = 0
  const times = {}
  const step = async (name, key, shown) => {
    keys++
    const begun = performance.now()
    await page.keyboard.press(key)
    await shown()
    times[name] = Math.round(performance.now() - begun)
  }
  await step('card', 'F2', () => page.locator('.applicant .name').waitFor())
  await page.locator('[aria-label=查找事项]:focus').waitFor()
  assert.equal(await page.locator('.applicant .sure').innerText(), '已读卡')
  await page.keyboard.type('syd')
  keys += 3
  await page.getByRole('option', { name: '失业登记' }).first().waitFor()
  await step('item', 'Enter', () => page.locator('[aria-label=材料清单]:focus').waitFor())
  await step('materials', '0', () => page.getByText('已齐全，可以受理').waitFor())
  await step('accept', 'F9', accepted)
  const paper = page.context().waitForEvent('response', (r) => r.url().includes('/api/paper/'))
  await step('print', 'Enter', async () => {
    const answer = await paper
    assert.equal(answer.status(), 200)
    assert.equal(answer.headers()['content-type'], 'application/pdf')
  })
  await page.getByText('受理通知书已生成').waitFor()
  await page.bringToFront()
  await page.getByRole('button', { name: '在这里预览' }).click()
  await page.getByRole('img', { name: /第 1 页/ }).waitFor()
  assert.ok(await page.evaluate(() => {
    const c = document.querySelector('canvas')
    const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data
    return d.some((v, i) => i % 4 < 3 && v < 100)
  }), 'the drawn page is empty')
  await page.keyboard.press('Escape')
  await page.waitForFunction(() => document.activeElement.textContent.includes('在这里预览')) // focus is where it was
  assert.ok(keys <= 12, `${keys} keys`)
  t.diagnostic(`${keys} keys; milliseconds: ${JSON.stringify(times)}`)
  await page.bringToFront()
  const shown = JSON.parse(await district.command(clerk, ['case', 'show', await number(), '--home', 'village', '--json']))
  assert.equal(shown.applicant.read, 'card')
  assert.ok(shown.timeline.some((line) => line.verb === 'print'))
})

test('keeps rare names as they are, from the card to the case and the person', async () => {
  await nobody()
  await page.keyboard.press('F2')
  await page.locator('.applicant .name', { hasText: rare }).waitFor() // not the one before
  assert.equal(await page.locator('.applicant .name').innerText(), rare)
  await choose(page, 'syd')
  await page.keyboard.press('0')
  await page.keyboard.press('F9')
  await accepted()
  const shown = JSON.parse(await district.command(clerk, ['case', 'show', await number(), '--home', 'village', '--json']))
  assert.equal(shown.applicant.name, rare)
  await page.keyboard.press('F6')
  await page.getByLabel('证件号码').fill(rareNumber)
  await page.keyboard.press('Enter')
  await page.locator('.facts h2').getByText(rare).waitFor()
  await page.locator('.facts').getByText('身份来源：读卡').waitFor()
})

test('a scanner opens a case from anywhere, and leaves no letters behind', async () => {
  const scanned = await someCase()
  await page.keyboard.press('F7')
  const search = page.getByLabel('查找事项')
  await search.fill('zjd')
  await page.evaluate((text) => {
    // As fast as a gun: the browser's own remote keyboard is slower than one.
    const at = document.activeElement
    let now = performance.now() // of the gun: this machine may do other things between two keys
    for (const key of [...text, 'Enter']) {
      const e = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true })
      Object.defineProperty(e, 'timeStamp', { value: (now += 5) })
      if (at.dispatchEvent(e) && key.length === 1) {
        at.value += key
        at.dispatchEvent(new Event('input', { bubbles: true }))
      }
    }
  }, scanned)
  await page.getByLabel('办件详情').getByText(scanned).waitFor()
  await page.keyboard.press('F7')
  assert.equal(await search.inputValue(), 'zjd')
})

test('voids with a reason, asked for with the consequence', async () => {
  const wrong = await someCase()
  await page.keyboard.press('F3')
  await page.getByLabel('办件编号').fill(wrong)
  await page.keyboard.press('Enter')
  await page.getByLabel('办件详情').getByText(wrong).first().waitFor()
  await page.getByLabel('办件详情').getByRole('button', { name: '作废' }).click()
  const ask = page.getByRole('alertdialog')
  await ask.getByText('受理通知书失效').waitFor()
  await page.keyboard.press('Enter')
  await ask.getByText('必须写明原因').waitFor()
  await page.keyboard.type('选错事项，重新受理')
  await ask.getByLabel('文书').selectOption('') // the notice is made later
  await ask.getByLabel('意见').press('Enter')
  await ask.waitFor({ state: 'detached' })
  await page.getByLabel('办件详情').getByText('已作废').waitFor()
  await page.getByLabel('办件详情').getByText('选错事项，重新受理').waitFor()
  assert.equal(await page.getByLabel('办件详情').getByRole('button', { name: '作废' }).count(), 0)
  await page.keyboard.press('Escape')
})

test('a typed applicant is marked, and everything missing is told at once', async () => {
  await nobody()
  await page.getByLabel('申请人姓名').fill('欧阳文静')
  await page.getByLabel('申请人证件号码').fill('440604198001010018')
  await page.getByText('校验位不符').waitFor()
  await choose(page, 'NY001')
  await page.keyboard.press('F9')
  await page.locator('.problems').waitFor()
  const told = await page.locator('.problems li').allInnerTexts()
  assert.ok(told.length > 8, `${told.length} told`)
  assert.ok(told.some((l) => l.includes('申请人证件号码')) && told.some((l) => l.includes('宅基地面积')) && told.some((l) => l.includes('四邻意见书')))
  assert.ok(told.every((l) => !/[a-z]{4}/.test(l)), told.join())
  await page.getByLabel('申请人证件号码').fill('11010519491231002X')
  await choose(page, 'syd')
  await page.keyboard.press('0')
  await page.keyboard.press('F9')
  await accepted()
  await page.locator('.done').getByText('未读卡，手工录入').waitFor()
  const shown = JSON.parse(await district.command(clerk, ['case', 'show', await number(), '--home', 'village', '--json']))
  assert.equal(shown.applicant.read, 'typed')
  await page.keyboard.press('F4')
})

test('is not in the way of an input method', async () => {
  await nobody()
  const search = page.getByLabel('查找事项')
  await search.focus()
  const remote = await page.context().newCDPSession(page)
  await remote.send('Input.imeSetComposition', { text: 'shi', selectionStart: 3, selectionEnd: 3 })
  await page.waitForTimeout(150)
  assert.equal(await page.getByRole('listbox', { name: '找到的事项' }).count(), 0)
  await remote.send('Input.insertText', { text: '失业登' })
  await page.getByRole('option', { name: '失业登记' }).first().waitFor()
  await search.fill('')
})

test('a form survives kill -9, for its author alone', async () => {
  await nobody()
  await page.getByLabel('申请人姓名').fill(rare)
  await choose(page, 'RS009')
  const whole = kept(page, 'given') // the tick is in the draft
  await page.keyboard.press('2')
  await whole
  await daemon.kill()
  daemon = await district.open()
  await page.close()
  page = await browser.tab(daemon.link)
  const answer = page.waitForResponse((r) => r.url().endsWith('/api/call/Draft')) // what the counter would restore
  await login(page, second)
  assert.deepEqual(await (await answer).json(), { value: '' })
  assert.equal(await page.getByLabel('申请人姓名').inputValue(), '')
  await page.getByRole('button', { name: '退出' }).click()
  await login(page, clerk)
  await page.getByText('已恢复上次没有办完的内容').waitFor()
  assert.equal(await page.getByLabel('申请人姓名').inputValue(), rare)
  assert.equal(await page.locator('.line .mark').nth(1).innerText(), '已收')
})

test('a missing reader is said with the way on', async () => {
  await page.keyboard.press('F2')
  await page.getByText('这台电脑没有设置读卡器').waitFor()
})

// Kill -9 cuts the old tab's events, and until the new one is there it may ask in vain.
test('no request left this machine, and nothing was complained of', () =>
  assert.deepEqual(browser.faults.filter((f) => !/ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_INCOMPLETE_CHUNKED/.test(f)), []))
