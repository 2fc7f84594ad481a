import { mount } from '@vue/test-utils'
import { expect, it } from 'vitest'

import type { LinkState } from '../../bridge'
import Outlook from './Outlook.vue'

it('draws a few of what waits, the rest on request', async () => {
  const waits = Array.from({ length: 19 }, (_, i) => ({ scope: `4406040110${10 + i}`, device: `${i + 1} 号窗口`, ops: 1, text: '等待区级的授权' }))
  const state = { notices: [], stations: [], waits } as unknown as LinkState
  const page = mount(Outlook, { props: { state } })
  const drawn = () => page.findAll('p').filter((p) => p.text().includes('等待区级')).length
  expect(drawn()).toBe(8)
  expect(page.find('button').text()).toContain('还有 11 项')
  await page.find('button').trigger('click')
  await page.find('button').trigger('click')
  expect(drawn()).toBe(19)
  expect(page.find('button').exists()).toBe(false)
})
