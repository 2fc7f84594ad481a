// Every screen and dialog is looked at by axe-core: contrast of WCAG AA, names of fields
// and buttons, roles and their parts.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { after, before, test } from 'node:test'

import { launch, login } from './browser.mjs'
import { backlog } from './backlog.mjs'
import { clerk, found } from './district.mjs'
import { lose, supervisor } from './lost.mjs'
import { reviewScreens, screens } from './screens.mjs'

const source = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
let district, browser, hub

before(async () => {
  ;[district, browser] = await Promise.all([found('R2,R2,R1,R1A'), launch()])
  hub = await district.hub(undefined, ['--ui', '127.0.0.1:0'])
})
after(async () => {
  await browser?.close()
  await district?.close()
})

/** A shot that looks with axe instead of a camera; what it finds goes into all. */
const looking = (page, all) => async (name) => {
  await page.waitForTimeout(350) // colours that fade in are no fault
  await page.evaluate(source) // the pages allow no script of others, a debugger's is none
  const found = await page.evaluate(async () => {
    const { violations } = await window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'], resultTypes: ['violations'] })
    return violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.html.slice(0, 160)} ${n.any.concat(n.all)[0]?.message ?? ''}`))
  })
  all.push(...found.map((f) => `${name}: ${f}`))
  looked.push(name)
}
const looked = []
const nothing = (all) => assert.equal(all.length, 0, `${all.length} findings:\n${[...new Set(all)].join('\n')}`)

test('no screen of a clerk has text too faint to read, or a field without a name', async () => {
  await backlog(district, 200)
  const daemon = await district.open(await district.reader(), hub.address)
  const page = await browser.tab(daemon.link)
  const all = []
  const shot = looking(page, all)
  await page.getByLabel('用户名').waitFor()
  await shot('login')
  await login(page, clerk)
  await page.locator('header .link', { hasText: /^已联网$/ }).waitFor({ timeout: 60000 })
  await screens({ page, district, shot })
  await page.close()
  await daemon.stop()
  assert.ok(looked.length > 25, looked.join())
  nothing(all)
})

test('neither has the page of a supervisor', async () => {
  await lose(district, hub.address)
  const page = await browser.tab(hub.link)
  const all = []
  await login(page, supervisor)
  await reviewScreens({ page, shot: looking(page, all) })
  nothing(all)
})

test('nothing was complained of and nothing left this machine', () => assert.deepEqual(browser.faults, []))
