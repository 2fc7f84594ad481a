// The statuses of a case in their words, in the order of a list. Lines of a list
// carry their words with them; this table is for choosing before there is a line.
// A Go test (app/window/contract_test.go) holds it against app/counter.
export const statuses: readonly [code: string, words: string][] = [
  ['accepted', '已受理'],
  ['under_review', '审查中'],
  ['reviewed', '已审查，待决定'],
  ['approved', '准予，待送达'],
  ['denied', '不予，待送达'],
  ['disputed', '待裁决'],
  ['concluded', '已办结'],
  ['withdrawn', '申请人已撤回'],
  ['joined', '已并案'],
  ['voided', '已作废'],
]

/** How a status is coloured: what waits, what is done, what went another way. */
export function tone(status: string): 'open' | 'done' | 'off' | 'warn' {
  switch (status) {
    case 'concluded':
    case 'approved':
      return 'done'
    case 'withdrawn':
    case 'voided':
    case 'denied':
      return 'off'
    case 'disputed':
      return 'warn'
  }
  return 'open'
}
