// A real browser on the pages, with what every walk asks of it: no request leaves
// this machine, and nothing is complained of in the console.
import { chromium } from 'playwright-core'

const path = process.env.CHROMIUM ?? '/usr/bin/chromium'

/** Starts a browser; pages of it are made by tab. */
export async function launch() {
  const browser = await chromium.launch({ executablePath: path, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] })
  const faults = []
  return {
    faults,
    close: () => browser.close(),
    /** A tab in a new profile, on a link. */
    async tab(link, size = { width: 1366, height: 768 }) {
      const context = await browser.newContext({ viewport: size, locale: 'zh-CN' })
      const host = new URL(link).host
      context.on('request', (r) => {
        const url = new URL(r.url())
        // The browser's own viewer of papers is made of chrome:// files, which are on this machine.
        if (/^(https?|wss?|ftp):$/.test(url.protocol) && url.host !== host) faults.push(`a request to ${r.url()}`)
      })
      context.on('weberror', (e) => faults.push(`an error: ${e.error()}`))
      const page = await context.newPage()
      page.setDefaultTimeout(30000) // of a machine that does other things too
      page.on('console', (m) => {
        // The browser itself notes every refused call; those are asserted on where they matter.
        const refused = /the server responded with a status of 4\d\d/.test(m.text())
        if (['error', 'warning'].includes(m.type()) && !refused) faults.push(`console: ${m.text()}`)
      })
      await page.goto(link)
      return page
    },
  }
}

/** Logs in by keys. */
export async function login(page, who) {
  await page.getByLabel('用户名').waitFor()
  await page.keyboard.type(who.name)
  await page.keyboard.press('Enter')
  await page.keyboard.type(who.password)
  await page.keyboard.press('Enter')
  await page.getByLabel('查找事项').waitFor()
}

/** Ends when the program has kept what it is given of something written: a draft, a list. Ask before writing. */
export const kept = (page, text) =>
  page.waitForResponse((r) => /\/api\/call\/Save(Draft|Own)$/.test(r.url()) && (r.request().postData() ?? '').includes(text) && r.ok())

/** Chooses an item at the counter by what is typed. */
export async function choose(page, letters) {
  await page.getByLabel('查找事项').focus()
  await page.keyboard.type(letters)
  await page.getByRole('listbox', { name: '找到的事项' }).getByRole('option').first().waitFor()
  await page.keyboard.press('Enter')
  // The list of an item chosen before may stand there already; the focus tells of the new one.
  await page.locator('[aria-label=材料清单]:focus').waitFor()
}
