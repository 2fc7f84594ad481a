// Goes to every screen, dialog and message of a counter, and says when one stands there:
// for pictures of all of them, and for the checks of contrast and labels.
import { join } from 'node:path'

import { choose } from './browser.mjs'
import { clerk } from './district.mjs'

/** Somebody who came often, with values that were replaced. */
export const known = '440604195202290425'

/** Walks a logged-in clerk's page through all screens; shot(name) is called at each. */
export async function screens({ page, district, shot }) {
  const press = async (...keys) => {
    for (const k of keys) await page.keyboard.press(k)
  }
  const ask = () => page.getByRole('alertdialog')
  const gone = () => ask().waitFor({ state: 'detached' })
  const step = { press, ask, gone, page, district, shot }
  const number = await counterScreens(step)
  await caseScreens(step, number)
  await personScreens(step)
  await otherScreens(step, number)
}

async function clear({ page, press, ask, gone }) {
  await press('F4', 'Shift+F4')
  await page.waitForTimeout(100)
  if (await ask().count()) {
    await ask().getByRole('button', { name: '清空', exact: true }).click()
    await gone()
  }
}

async function counterScreens(step) {
  const { page, press, shot } = step
  await clear(step)
  await shot('counter-empty')
  await page.getByLabel('查找事项').focus()
  await page.keyboard.type('syd')
  await page.getByRole('listbox', { name: '找到的事项' }).getByRole('option').first().waitFor()
  await shot('counter-search')
  await press('Escape')
  await page.getByLabel('查找事项').fill('')
  await press('F2')
  await page.locator('.applicant .name').waitFor()
  await choose(page, 'NY001')
  await press('1', '3')
  await page.waitForTimeout(100)
  await shot('counter-card')
  await press('F9')
  await page.locator('.problems').waitFor()
  await shot('counter-missing')
  await press('Shift+F4')
  await step.ask().waitFor()
  await shot('counter-clear')
  await page.getByRole('button', { name: '清空', exact: true }).click()
  await step.gone()
  await page.getByLabel('申请人姓名').fill('阿卜杜热合曼·买买提艾力·图尔荪江')
  await page.getByLabel('申请人证件号码').fill('440604198001010018')
  await page.getByText('校验位不符').waitFor()
  await choose(page, 'ZZ060')
  await shot('counter-thick')
  await press('ArrowDown')
  await page.locator('.materials .rest').waitFor() // more than its row can show
  await shot('counter-demand')
  await press('f')
  await step.ask().waitFor()
  await shot('scan')
  await press('Escape')
  await step.gone()
  await clear(step)
  await press('F2')
  await page.locator('.applicant .name').waitFor()
  await choose(page, 'RS009')
  await press('0', 'Enter')
  await fillForm(page)
  await shot('counter-form')
  await press('F9')
  await page.locator('.done').waitFor()
  await shot('accepted')
  const number = await page.locator('.done .number').innerText()
  await press('Enter')
  await page.getByRole('button', { name: '在这里预览' }).waitFor()
  await page.bringToFront() // the paper has opened in a tab of its own
  await page.getByRole('button', { name: '在这里预览' }).click()
  await page.getByRole('img', { name: /第 1 页/ }).waitFor()
  await page.waitForTimeout(800)
  await shot('preview')
  await press('Escape')
  await step.gone()
  return number
}

async function fillForm(page) {
  for (const group of await page.locator('.answers [role=radiogroup]').all()) {
    await group.focus()
    await page.keyboard.press('1')
    await page.waitForTimeout(60)
  }
  for (const input of await page.locator('.answers input').all())
    if (!(await input.inputValue())) await input.fill((await input.getAttribute('aria-label')).includes('日期') ? '20260105' : '纯阳电子厂')
}

async function caseScreens({ page, press, ask, gone, shot }, number) {
  await press('F3')
  await page.getByRole('option').first().waitFor()
  await page.getByLabel('办件编号').fill('')
  await shot('cases')
  await page.getByLabel('受理日期从').fill('20260231')
  await press('Enter')
  await page.getByText('“从”里的日期不对').waitFor()
  await shot('cases-date')
  await page.getByLabel('受理日期从').fill('')
  await press('Enter')
  await page.getByText('“从”里的日期不对').waitFor({ state: 'detached' })
  await page.getByLabel('办件编号').fill(number)
  await press('Enter')
  const detail = page.getByLabel('办件详情')
  await detail.waitFor()
  await shot('case')
  for (const [name, picture] of [['准予', 'case-act'], ['作废', 'case-void'], ['移交审查', 'case-handover']]) {
    await detail.getByRole('button', { name }).click()
    await ask().waitFor()
    await page.waitForTimeout(200) // what its document must state is asked for
    await shot(picture)
    await press('Escape')
    await gone()
  }
  await detail.focus()
  await press('p')
  await ask().waitFor()
  await shot('case-print')
  await press('Escape')
  await gone()
  await detail.focus()
  await press('Escape')
  await detail.waitFor({ state: 'detached' })
  await page.getByRole('button', { name: '交接单' }).click()
  await ask().waitFor()
  await shot('handover')
  await press('Escape')
  await gone()
  await page.getByLabel('办件编号').fill('')
  const from = page.getByLabel('受理日期从')
  const month = new Date(Date.now() + 8 * 3600_000).toISOString().slice(0, 7) // in China
  await from.fill(`${month.replace('-', '')}01`)
  await press('Enter')
  await page.waitForFunction((day) => document.querySelector('[aria-label=受理日期从]')?.value === day, `${month}-01`)
  await page.getByRole('button', { name: '存为常用' }).click()
  await page.getByLabel('清单名称').fill('本月受理')
  await shot('worklist')
  await press('Enter')
  await gone()
  await from.fill('')
  await press('Enter')
}

async function personScreens({ page, press, ask, gone, shot }) {
  await press('F6')
  await page.getByLabel('证件号码').fill('')
  await page.getByLabel('证件号码').focus()
  await page.keyboard.type('lyh')
  await page.getByRole('listbox', { name: '找到的人' }).getByRole('option').first().waitFor()
  await page.getByText('结果还不全').waitFor({ state: 'detached', timeout: 60000 })
  await shot('person-hits')
  await press('Escape')
  await page.getByLabel('证件号码').fill(known)
  await press('Enter')
  await page.locator('.values .old').first().waitFor()
  await shot('person')
  await page.getByRole('button', { name: '恢复这个值' }).first().click()
  await ask().waitFor()
  await shot('restore')
  await press('Escape')
  await gone()
  await page.getByLabel('证件号码').fill('440604190001010000')
  await press('Enter')
  await page.locator('.person > .none').waitFor()
  await shot('person-none')
}

async function otherScreens({ page, press, ask, gone, district, shot }, number) {
  await press('F7')
  await page.getByLabel('查找事项').fill('')
  await page.waitForTimeout(200)
  await shot('catalog-list')
  await page.getByLabel('查找事项').fill('zjd')
  await page.waitForTimeout(300)
  await page.getByRole('option').first().click()
  await page.getByText('受理条件').waitFor()
  await shot('catalog')
  await press('F8')
  await page.getByRole('button', { name: '马上同步' }).waitFor()
  await shot('sync')
  await press('F5')
  await page.getByText('没有要处理的事').waitFor()
  await shot('review-nothing')
  await press('F10')
  await page.getByText('读卡器').first().waitFor()
  await shot('device')
  await page.getByRole('radio', { name: '设置' }).click()
  await page.getByLabel('扫描文件夹', { exact: true }).waitFor()
  await shot('settings')
  await page.getByRole('radio', { name: '关于' }).click()
  await page.getByRole('button', { name: '程序里的他人作品' }).waitFor()
  await shot('about')
  await page.getByRole('button', { name: '程序里的他人作品' }).click()
  await page.getByText('modernc.org/sqlite').first().waitFor()
  await shot('licences')
  await page.getByRole('radio', { name: '设备' }).click()
  await press('Shift+F3')
  await district.command(clerk, ['document', 'print', number, '--kind', 'acceptance', '--out', `paper-${number}.pdf`, '--home', 'village'])
  await page.getByLabel('PDF 文件').setInputFiles(join(district.dir, `paper-${number}.pdf`))
  await page.locator('.answer').waitFor()
  await shot('verify')
  await press('F1')
  await ask().waitFor()
  await shot('keys')
  await press('Escape')
  await gone()
  await press('F4')
}

/** A supervisor's page of what waits; made is what lose() gives. */
export async function reviewScreens({ page, shot }) {
  await page.keyboard.press('F10')
  await page.keyboard.press('F5')
  await page.locator('[role=listbox]:focus').waitFor()
  await shot('review')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await page.getByRole('alertdialog').waitFor()
  await shot('review-look')
  await page.getByRole('button', { name: /只认可/ }).click()
  await page.locator('[aria-label=理由]:focus').waitFor()
  await shot('review-admit')
  await page.keyboard.press('Escape')
  await page.getByRole('alertdialog').waitFor({ state: 'detached' })
}
