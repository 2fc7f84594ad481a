// Makes the screenshots of the manual from the running program: every screen at
// 1366x768, in normal and in large type. Usage: node e2e/shots.mjs FOLDER
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { choose, launch, login } from './browser.mjs'
import { admin, clerk, found } from './district.mjs'

const to = process.argv[2] ?? 'shots'
await mkdir(to, { recursive: true })
const district = await found('R2,R2,R1,R1A')
const browser = await launch()
const known = '440604195202290425'
const many = Number(process.env.SHOTS_CASES ?? 10000) // of a counter that has worked for years

/** An item with 60 materials and long names, as some of a real district have. */
async function thickItem() {
  const item = JSON.parse(await readFile(new URL('../../forms/catalog/items/CL001.json', import.meta.url)))
  Object.assign(item, { code: 'ZZ060', name: '农村集体经济组织成员宅基地使用权及房屋所有权首次登记（整村推进，含历史遗留补办）', aliases: [] })
  const kinds = ['权属来源证明', '四邻签字的界址确认书', '村民会议决议及公示无异议证明（含公示照片）', '房屋测绘成果报告', '家庭成员放弃登记声明']
  item.materials = Array.from({ length: 60 }, (_, i) => ({ ...item.materials[i % 3], name: `${kinds[i % 5]}之${i + 1}`, blank: undefined }))
  return district.file('thick.json', JSON.stringify([item]))
}

async function backlog() {
  await district.command(admin, ['catalog', 'import', '--home', 'hub', await thickItem()])
  const codes = JSON.parse(await district.command(null, ['catalog', 'list', '--home', 'village', '--json']))
    .filter((i) => i.required_fields.length === 0)
    .map((i) => i.code)
  // Numbers of a made-up place: the check digit is computed, the people are not.
  const lines = Array.from({ length: many }, (_, i) => {
    const body = `440604${1950 + (i % 50)}${String(1 + (i % 12)).padStart(2, '0')}${String(1 + (i % 28)).padStart(2, '0')}${String(100 + (i % 900))}`
    const sum = [...body].reduce((s, d, k) => s + Number(d) * (2 ** (17 - k) % 11), 0)
    const name = ['陈志强', '李䶮', '欧阳文静', '𠮷田川', '阿依古丽·买买提', '阿卜杜热合曼·买买提艾力·图尔荪江', '何嘉欣', '梁伟'][i % 8]
    return JSON.stringify({
      item: codes[i % codes.length], applicant: { type: 'person', name, number: body + '10X98765432'[sum % 11] }, form: {}, materials: 'all',
    })
  })
  const file = await district.file('cases.jsonl', lines.join('\n'))
  await district.command(clerk, ['case', 'import', '--home', 'village', file])
  // Somebody who has come often, and moved in between.
  const visits = codes.slice(0, 14).map((item) => JSON.stringify({
    item, applicant: { type: 'person', name: '李䶮𠅤', number: known, phone: '13800000000', address: '祖庙街道纯阳路 3 号' }, form: {}, materials: 'all',
  }))
  await district.command(clerk, ['case', 'import', '--home', 'village', await district.file('visits.jsonl', visits.join('\n'))])
  for (const [phone, address] of [['13800000001', '纯阳路 1 号'], ['13800000002', '纯阳路 12 号东方花园三期 8 栋 2 单元 1403 房（与长子同住）']]) {
    const of = await district.file('of.json', JSON.stringify({ type: 'person', name: '李䶮𠅤', number: known, phone, address }))
    await district.command(clerk, ['case', 'accept', '--home', 'village', '--item', codes[0], '--applicant', of, '--material', 'all'])
  }
}

try {
  const hub = await district.hub()
  await backlog()
  const daemon = await district.open(await district.reader(), hub.address)
  const page = await browser.tab(daemon.link)
  let type = ''
  const shot = async (name) => {
    await page.waitForTimeout(350) // transitions
    await page.screenshot({ path: join(to, `${name}${type}.png`) })
  }
  // The disks of the machine that makes the pictures are nobody's business.
  await page.route('**/api/call/Sticks', (r) => r.fulfill({ json: { value: [] } }))
  await page.getByLabel('用户名').waitFor()
  await shot('login')
  await login(page, clerk)
  await page.locator('header .link', { hasText: /^已联网$/ }).waitFor({ timeout: 900000 }) // all of it has been sent

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
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: '在这里预览' }).click()
    await page.getByRole('img', { name: /第 1 页/ }).waitFor()
    await page.waitForTimeout(800)
    await shot('preview')
    await page.keyboard.press('Escape')
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
    await page.keyboard.press('Escape')
    if (!type) {
      await page.getByRole('button', { name: '存为常用' }).click()
      await page.getByLabel('清单名称').fill('待我办结')
      await shot('worklist')
      await page.keyboard.press('Enter')
    }
    await page.keyboard.press('F6')
    await page.getByLabel('证件号码').fill(known)
    await page.keyboard.press('Enter')
    await page.locator('.values .old').first().waitFor()
    await shot('person')
    await page.getByRole('button', { name: '恢复这个值' }).first().click()
    await shot('restore')
    await page.keyboard.press('Escape')
    await page.keyboard.press('F7')
    await page.getByLabel('查找事项').fill('zjd')
    await page.keyboard.press('Enter')
    await page.waitForTimeout(200)
    if (!type) await page.keyboard.press('Enter') // the guide stands there from before
    await shot('catalog')
    await page.keyboard.press('F4')
    await page.keyboard.press('F4')
    await choose(page, 'ZZ060')
    await shot('counter-thick')
    await page.keyboard.press('f')
    await shot('scan')
    await page.keyboard.press('Escape')
    await page.keyboard.press('F8')
    await shot('sync')
    await page.keyboard.press('F10')
    await shot('device')
    await page.getByRole('radio', { name: '设置' }).click()
    await shot('settings')
    await page.getByRole('radio', { name: '关于' }).click()
    await shot('about')
    await page.getByRole('radio', { name: '设备' }).click()
    await page.keyboard.press('Shift+F3')
    await district.command(clerk, ['document', 'print', number, '--kind', 'acceptance', '--out', `paper${type}.pdf`, '--home', 'village'])
    await page.getByLabel('PDF 文件').setInputFiles(join(district.dir, `paper${type}.pdf`))
    await page.locator('.answer').waitFor()
    await shot('verify')
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
  for (const input of await page.locator('.answers input').all()) if (!(await input.inputValue())) await input.fill((await input.getAttribute('aria-label')).includes('日期') ? '20260105' : '纯阳电子厂')
}
