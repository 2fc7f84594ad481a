// Makes the screenshots of the manual from the running program: every screen at
// 1366x768, in normal and in large type. Usage: node e2e/shots.mjs FOLDER
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'

import { choose, launch, login } from './browser.mjs'
import { clerk, found } from './district.mjs'

const to = process.argv[2] ?? 'shots'
await mkdir(to, { recursive: true })
const district = await found('R2,R2,R1,R1A')
const browser = await launch()

async function backlog() {
  const codes = JSON.parse(await district.command(null, ['catalog', 'list', '--home', 'village', '--json']))
    .filter((i) => i.required_fields.length === 0)
    .map((i) => i.code)
  // Number 1 to 40 of a made-up place: the check digit is computed, the people are not.
  const lines = Array.from({ length: 40 }, (_, i) => {
    const body = `4406041980010${String(1 + (i % 9))}${String(100 + i).padStart(3, '0')}`
    const sum = [...body].reduce((s, d, k) => s + Number(d) * (2 ** (17 - k) % 11), 0)
    const name = ['陈志强', '李䶮', '欧阳文静', '𠮷田川', '阿依古丽·买买提', '何嘉欣', '梁伟'][i % 7]
    return JSON.stringify({
      item: codes[i % codes.length], applicant: { type: 'person', name, number: body + '10X98765432'[sum % 11] }, form: {}, materials: 'all',
    })
  })
  const file = await district.file('cases.jsonl', lines.join('\n'))
  await district.command(clerk, ['case', 'import', '--home', 'village', file])
}

try {
  await backlog()
  const daemon = await district.open(await district.reader())
  const page = await browser.tab(daemon.link)
  let type = ''
  const shot = async (name) => {
    await page.waitForTimeout(350) // transitions
    await page.screenshot({ path: join(to, `${name}${type}.png`) })
  }
  await page.getByLabel('用户名').waitFor()
  await shot('login')
  await login(page, clerk)

  for (type of ['', '-large']) {
    if (type) await page.getByRole('button', { name: '大字' }).click()
    await page.keyboard.press('F4')
    await shot('counter-empty')
    await page.getByLabel('查找事项').focus()
    await page.keyboard.type('syd')
    await page.getByRole('listbox', { name: '找到的事项' }).getByRole('option').first().waitFor()
    await shot('counter-search')
    await page.keyboard.press('Escape')
    await page.getByLabel('查找事项').fill('')
    await page.keyboard.press('F2')
    await page.locator('.applicant .name').waitFor()
    await choose(page, 'NY001')
    await page.keyboard.press('1')
    await page.keyboard.press('3')
    await page.waitForTimeout(100)
    await shot('counter-card')
    await page.keyboard.press('F9')
    await page.locator('.problems').waitFor()
    await shot('counter-missing')
    await page.keyboard.press('Shift+F4')
    await shot('counter-clear')
    await page.getByRole('button', { name: '清空', exact: true }).click()
    await page.keyboard.press('F2')
    await page.locator('.applicant .name').waitFor()
    await choose(page, 'RS009')
    await page.keyboard.press('0')
    await page.keyboard.press('Enter')
    await fillForm(page)
    await shot('counter-form')
    await page.keyboard.press('F9')
    await page.locator('.done').waitFor()
    await shot('accepted')
    const number = await page.locator('.done .number').innerText()
    await page.keyboard.press('F3')
    await page.getByRole('option').first().waitFor()
    await shot('cases')
    await page.getByLabel('办件编号').fill(number)
    await page.keyboard.press('Enter')
    await page.getByLabel('办件详情').waitFor()
    await shot('case')
    await page.getByLabel('办件详情').getByRole('button', { name: '作废' }).click()
    await shot('case-void')
    await page.keyboard.press('Escape')
    await page.keyboard.press('F6')
    await page.getByLabel('证件号码').fill('440604195202290425')
    await page.keyboard.press('Enter')
    await shot('person')
    await page.keyboard.press('F7')
    await page.getByLabel('查找事项').fill('zjd')
    await page.keyboard.press('Enter')
    await page.waitForTimeout(200)
    await page.keyboard.press('Enter')
    await shot('catalog')
    await page.keyboard.press('F8')
    await shot('device')
    await page.keyboard.press('F1')
    await shot('keys')
    await page.keyboard.press('Escape')
    await page.keyboard.press('F4')
    await page.keyboard.press('F4')
  }
  if (browser.faults.length > 0) throw new Error(browser.faults.join('\n'))
} finally {
  await browser.close()
  await district.close()
}

async function fillForm(page) {
  for (const group of await page.locator('.answers [role=radiogroup]').all()) {
    await group.focus()
    await page.keyboard.press('1')
    await page.waitForTimeout(60)
  }
  for (const input of await page.locator('.answers input').all()) if (!(await input.inputValue())) await input.fill('20260105')
}
