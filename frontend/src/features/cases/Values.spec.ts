import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'

import type { ValueView } from '../../bridge'
import Values from './Values.vue'

const plain: ValueView = {
  field: '', name: '', value: '', op: '00', source: 'typed', source_name: '手工录入', from: '', columns: [], rows: [], actor: '陈晓',
  device: '1 号窗口', at: '2026-11-20T09:30:00+08:00', restored: null, others: [],
}

describe('what was filled in', () => {
  it('says of each value where it came from', () => {
    const page = mount(Values, {
      props: {
        values: [
          { ...plain, field: 'applicant', name: '申请人', value: '李某' },
          { ...plain, field: 'crop', name: '作物', value: '水稻' },
          { ...plain, field: 'account', name: '账号', value: '6200', source: 'case', source_name: '以往办件', from: '2026-11-01 的办件 4406X' },
        ],
      },
    })
    expect(page.findAll('dt').map((d) => d.text())).toEqual(['作物', '账号'])
    expect(page.findAll('.source').map((d) => d.text())).toEqual(['手工录入', '2026-11-01 的办件 4406X'])
  })
  it('shows a group as a table and not as text', () => {
    const rows = [['大田', '2'], ['坡地', '']]
    const page = mount(Values, { props: { values: [{ ...plain, field: 'plots', name: '地块', value: '1. 名称 大田', columns: ['名称', '面积'], rows }] } })
    expect(page.findAll('th').map((d) => d.text())).toEqual(['名称', '面积'])
    expect(page.findAll('tbody tr').map((tr) => tr.findAll('td').map((d) => d.text()))).toEqual(rows)
    expect(page.text()).not.toContain('1. 名称')
  })
  it('is not there for an item without a form', () => {
    expect(mount(Values, { props: { values: [{ ...plain, field: 'applicant', name: '申请人', value: '李某' }] } }).find('section').exists()).toBe(false)
  })
})
