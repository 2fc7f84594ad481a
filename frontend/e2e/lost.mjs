// A counter that was lost and revoked, and a clerk who left: what they did before the
// others knew of it waits for a supervisor.
import { admin, clerk, second } from './district.mjs'

export const supervisor = { name: '林主管', password: 'demo-supervisor-1' }

const people = [
  ['郑淑芬', '11010519491231002X'],
  ['李䶮𠅤', '440604195202290425'],
  ['欧阳文静', '44060419900307201X'],
]

/**
 * Makes three cases at a second counter after its last contact with the hub, revokes it,
 * and lets a stick bring them to the first counter; one case of somebody who was disabled
 * meanwhile; then all of it to the hub. Gives the numbers.
 */
export async function lose(district, address) {
  const run = district.command
  await run(admin, ['user', 'add', '--home', 'hub', '--name', supervisor.name, '--role', 'supervisor', '--division', '440604'], { ONEDOOR_NEW_PASSWORD: supervisor.password })
  await district.enrol('lost', '02', '纯阳社区 2 号窗口')
  const codes = JSON.parse(await run(null, ['catalog', 'list', '--home', 'lost', '--json'])).filter((i) => !i.instant && i.required_fields.length === 0).map((i) => i.code)
  const accept = async (home, who, [name, number], code) => {
    const file = await district.file('who.json', JSON.stringify({ type: 'person', name, number, phone: '13800000000' }))
    return JSON.parse(await run(who, ['case', 'accept', '--home', home, '--item', code, '--applicant', file, '--material', 'all', '--json'])).number
  }
  const sync = (home) => run(null, ['sync', '--home', home, '--hub', address])
  await sync('lost')
  await sync('village')
  const withheld = []
  for (const [i, who] of people.entries()) withheld.push(await accept('lost', clerk, who, codes[i]))
  await run(clerk, ['case', 'act', withheld[0], 'handover', '--home', 'lost'])
  const devices = JSON.parse(await run(admin, ['hub', 'devices', '--home', 'hub', '--json']))
  await run(admin, ['hub', 'revoke', '--home', 'hub', devices.find((d) => d.name === '纯阳社区 2 号窗口').device])
  await run(admin, ['user', 'disable', '--home', 'hub', '--name', second.name])
  const left = await accept('village', second, ['司马远', '440604198001010013'], codes[3])
  await district.folder('stick')
  await run(null, ['sync', 'export', '--home', 'lost', '--dir', 'stick'])
  await run(null, ['sync', 'import', '--home', 'village', '--dir', 'stick'])
  await sync('village')
  return { withheld, left }
}
