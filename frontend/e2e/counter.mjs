// What most walks begin with: a district, a browser, and a clerk at the counter.
import { after, before } from 'node:test'

import { launch, login } from './browser.mjs'
import { clerk, found } from './district.mjs'

/** Gives { district, browser, daemon, page, hub } to ready before the tests; cards lie on the reader in their order. */
export function counter(cards, ready, { online = false } = {}) {
  const at = {}
  before(async () => {
    ;[at.district, at.browser] = await Promise.all([found(), launch()])
    if (online) at.hub = await at.district.hub()
    at.daemon = await at.district.open(await at.district.reader(cards), at.hub?.address)
    at.page = await at.browser.tab(at.daemon.link)
    await login(at.page, clerk)
    ready(at)
  })
  after(async () => {
    await at.browser?.close()
    await at.district?.close()
  })
  return at
}
