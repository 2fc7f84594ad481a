// A counter that has worked for years, as pictures and measurements want it.
import { readFile } from 'node:fs/promises'

import { admin, clerk } from './district.mjs'
import { known } from './screens.mjs'

/** An item with 60 materials and long names, as some of a real district have. */
async function thickItem(district) {
  const item = JSON.parse(await readFile(new URL('../../forms/catalog/items/CL001.json', import.meta.url)))
  Object.assign(item, { code: 'ZZ060', name: '农村集体经济组织成员宅基地使用权及房屋所有权首次登记（整村推进，含历史遗留补办）', department: '自然资源和规划局', aliases: [] })
  const kinds = [
    ['权属来源证明', '写明取得时间和方式，由村民委员会盖章'],
    ['四邻签字的界址确认书', '载明四至、面积和用途，四邻当面签字并按手印；由户籍所在地村民委员会盖章，经办人签名，出具之日起三个月内有效；签字人不是户主的，另附户主的授权委托书和居民身份证复印件；相邻的是村集体土地的，由村民委员会签字'],
    ['村民会议决议及公示无异议证明（含公示照片）', '到会人数过半，公示满十五日'],
    ['房屋测绘成果报告', '由有资质的测绘单位出具，含平面图'],
    ['家庭成员放弃登记声明', '由本人签名并注明日期'],
  ]
  item.materials = Array.from({ length: 60 }, (_, i) => ({ ...item.materials[0], name: `${kinds[i % 5][0]}之${i + 1}`, standard: kinds[i % 5][1], blank: undefined }))
  return district.file('thick.json', JSON.stringify([item]))
}

const names = ['陈志强', '李䶮', '欧阳文静', '𠮷田川', '阿依古丽·买买提', '阿卜杜热合曼·买买提艾力·图尔荪江', '何嘉欣', '梁伟', '李永红', '刘雨涵', '黄桂英']

/** The i-th number of a made-up place: the check digit is computed, the people are not. */
export function madeUp(i) {
  const body = `440604${1950 + (i % 50)}${String(1 + (i % 12)).padStart(2, '0')}${String(1 + (i % 28)).padStart(2, '0')}${String(100 + (i % 900))}`
  const sum = [...body].reduce((s, d, k) => s + Number(d) * (2 ** (17 - k) % 11), 0)
  return body + '10X98765432'[sum % 11]
}

/** Fills the counter with so many cases, a few of them further on, and somebody who has come often and moved in between. */
export async function backlog(district, many) {
  await district.command(admin, ['catalog', 'import', '--home', 'hub', await thickItem(district)])
  const items = JSON.parse(await district.command(null, ['catalog', 'list', '--home', 'village', '--json']))
  const codes = items.filter((i) => i.required_fields.length === 0).map((i) => i.code)
  const bring = async (name, lines) =>
    district.command(clerk, ['case', 'import', '--home', 'village', await district.file(name, lines.map((l) => JSON.stringify({ form: {}, materials: 'all', ...l })).join('\n'))])
  await bring('visits.jsonl', codes.slice(0, 14).map((item) => ({ item, applicant: { type: 'person', name: '李䶮𠅤', number: known, phone: '13800000000', address: '祖庙街道纯阳路 3 号' } })))
  for (const [phone, address] of [['13800000001', '纯阳路 1 号'], ['13800000003', '朝安路 27 号'], ['13800000002', '纯阳路 12 号东方花园三期 8 栋 2 单元 1403 房（与长子同住）']]) {
    const of = await district.file('of.json', JSON.stringify({ type: 'person', name: '李䶮𠅤', number: known, phone, address }))
    await district.command(clerk, ['case', 'accept', '--home', 'village', '--item', codes[0], '--applicant', of, '--material', 'all'])
  }
  await bring('cases.jsonl', Array.from({ length: many }, (_, i) => ({ item: codes[i % codes.length], applicant: { type: 'person', name: names[i % names.length], number: madeUp(i) } })))
  const listed = JSON.parse(await district.command(clerk, ['case', 'list', '--home', 'village', '--limit', '60', '--json']))
  const promised = listed.filter((c) => c.due).map((c) => c.number)
  for (const n of [0, 1, 3, 4, 7]) await district.command(clerk, ['case', 'act', promised[n], 'handover', '--home', 'village'])
  await district.command(clerk, ['case', 'act', promised[2], 'withdraw', '--opinion', '申请人另行申请', '--home', 'village'])
  await district.command(clerk, ['case', 'act', promised[5], 'void', '--opinion', '选错事项，重新受理', '--home', 'village'])
}
