import { DeskError } from './errors'
import type { Field, Item, ItemLine, ItemMaterial } from './types'

const material = (name: string, more: Partial<ItemMaterial> = {}): ItemMaterial => ({
  name, necessity: 'required', source: 'applicant', originals: 1, form: 'paper', ...more,
})

const field = (name: string, label: string, kind: string, more: Partial<Field> = {}): Field => ({ name, label, kind, required: true, ...more })

function item(code: string, name: string, initials: string, more: Partial<Item>): Item & { initials: string } {
  return {
    code, scheme: 'sample', name, version: 1, effective_from: '2026-01-01', sample: true, department: '人力资源和社会保障局', level: 'town',
    type: '20', objects: ['person'], conditions: ['本区户籍或持有居住证'], materials: [material('居民身份证', { seen_only: true })],
    flow: [{ stage: 'apply', post: '申请人' }], result: { name: '登记凭证', type: 'other' }, window: {}, relief: {}, legal_basis: [],
    initials, ...more,
  }
}

/** Items of the made-up district. */
export const items = [
  item('S-0001', '居住登记', 'jzdj', { instant: true }),
  item('S-0002', '失业登记', 'sydj', {
    instant: true,
    materials: [material('居民身份证'), material('失业登记表'), material('离职证明', { may_promise: true, promise_days: 5 })],
    fields: [
      field('reason', '失业原因', 'choice', { choices: ['合同期满', '单位解除', '其他'] }),
      field('other', '其他原因', 'text', { visible_when: { field: 'reason', in: ['其他'] } }),
      field('since', '失业日期', 'date'),
    ],
  }),
  item('S-0004', '耕地补贴登记', 'gdbtdj', {
    promised_days: 10,
    fields: [
      field('phone', '联系电话', 'phone', { required: false, section: '申请人', prefill: ['applicant.phone'] }),
      field('plots', '地块', 'group', {
        section: '地块', row_name: '地块', max_rows: 3,
        rows: [
          field('name', '地块名称', 'text'),
          field('area', '面积', 'number', { unit: '亩', min: '0.01' }),
          field('use', '种植情况', 'choice', { choices: ['自种', '流转种植'] }),
          field('owner', '原承包人', 'text', { visible_when: { field: 'use', in: ['流转种植'] } }),
        ],
      }),
    ],
  }),
  item('S-0003', '最低生活保障对象认定', 'zdshbzdxrd', { promised_days: 20 }),
]

/** An item by its code, whole. */
export function guide(code: string): Item {
  const found = items.find((i) => i.code === code)
  if (!found) throw new DeskError('not_found', `目录里没有事项 ${code}`, '请另选事项')
  const { initials: _, ...it } = structuredClone(found)
  return it
}

export function itemLine(i: Item): ItemLine {
  return {
    code: i.code, name: i.name, department: i.department, instant: i.instant ?? false, days: i.promised_days ?? 0, version: i.version,
    effective_from: i.effective_from, required_fields: (i.fields ?? []).filter((f) => f.required).map((f) => f.name),
  }
}
