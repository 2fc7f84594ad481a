// Makes the pictures of the manual from the running program: every screen at 1366x768,
// in normal and in large type, with long names, 60 materials and as many cases as a
// counter has after years. Usage: node e2e/shots.mjs FOLDER
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'

import { launch, login } from './browser.mjs'
import { backlog } from './backlog.mjs'
import { clerk, found } from './district.mjs'
import { lose, supervisor } from './lost.mjs'
import { reviewScreens, screens } from './screens.mjs'

const to = process.argv[2] ?? 'shots'
await mkdir(to, { recursive: true })
const district = await found('R2,R2,R1,R1A')
const browser = await launch()

try {
  const hub = await district.hub(undefined, ['--ui', '127.0.0.1:0'])
  await backlog(district, Number(process.env.SHOTS_CASES ?? 10000))
  const daemon = await district.open(await district.reader(), hub.address)
  const page = await browser.tab(daemon.link)
  let type = ''
  const taking = (of) => async (name) => {
    await of.waitForTimeout(350) // transitions
    await of.screenshot({ path: join(to, `${name}${type}.png`) })
  }
  const larger = async (of, name) => {
    if (type) await of.getByRole('button', { name }).click()
  }
  const shot = taking(page)
  // The disks of the machine that makes the pictures are nobody's business.
  await page.route('**/api/call/Sticks', (r) => r.fulfill({ json: { value: [] } }))
  await page.getByLabel('用户名').waitFor()
  await shot('login')
  await login(page, clerk)
  await page.locator('header .link', { hasText: /^已联网$/ }).waitFor({ timeout: 900000 }) // all of it has been sent

  for (type of ['', '-large']) {
    await larger(page, '大字')
    await screens({ page, district, shot })
  }
  await page.keyboard.press('Shift+F12')
  await page.getByLabel('用户名').waitFor()
  await shot('login')

  // Without a hub, with a case that nobody above has yet.
  await hub.stop()
  await login(page, clerk)
  await page.locator('header .link', { hasText: /^未联网/ }).waitFor()
  const item = JSON.parse(await district.command(null, ['catalog', 'list', '--home', 'village', '--json'])).find((i) => i.required_fields.length === 0).code
  const who = await district.file('offline.json', JSON.stringify({ type: 'person', name: '欧阳文静', number: '44060419900307201X' }))
  await district.command(clerk, ['case', 'accept', '--home', 'village', '--item', item, '--applicant', who, '--material', 'all'])
  await page.locator('header .link', { hasText: '1 件未送出' }).waitFor()
  for (type of ['-large', '']) {
    if (!type) await page.getByRole('button', { name: '标准字' }).click()
    await page.keyboard.press('F3')
    await page.getByRole('option').getByText('未送出').waitFor()
    await shot('cases-offline')
    await page.keyboard.press('F8')
    await page.getByText('还没有送到上级').waitFor()
    await shot('sync-offline')
  }
  await page.close()
  await daemon.stop()

  const again = await district.hub(undefined, ['--ui', '127.0.0.1:0'])
  await lose(district, again.address)
  const above = await browser.tab(again.link)
  await login(above, supervisor)
  for (type of ['', '-large']) {
    await larger(above, '大字')
    await reviewScreens({ page: above, shot: taking(above) })
  }
  if (browser.faults.length > 0) throw new Error(browser.faults.join('\n'))
} finally {
  await browser.close()
  await district.close()
}
