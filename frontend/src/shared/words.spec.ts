import { expect, it } from 'vitest'

import { actsOf, receives } from './words'

const verbs = (list: string[], roles: string[], status: string) => actsOf(list, roles, status).map((a) => a.verb)
const all = ['handover', 'review', 'approve', 'deny', 'void', 'resolve', 'correct']

it('a clerk decides at the window only', () => {
  expect(verbs(all, ['clerk'], 'accepted')).toEqual(['handover', 'approve', 'deny', 'void'])
  expect(verbs(all, ['clerk'], 'reviewed')).toEqual(['handover', 'void'])
})
it('the others do what their posts allow', () => {
  expect(verbs(all, ['reviewer'], 'under_review')).toEqual(['review'])
  expect(verbs(all, ['approver'], 'reviewed')).toEqual(['approve', 'deny'])
  expect(verbs(all, ['supervisor'], 'disputed')).toContain('resolve')
  expect(verbs(all, ['administrator'], 'accepted')).toEqual([])
})
it('what has no way back names its consequence', () => {
  for (const a of actsOf(all, ['supervisor'], 'accepted')) {
    expect(a.consequence === undefined).toBe(['handover', 'review', 'resolve'].includes(a.verb))
  }
})
it('the counter is for those who receive', () => expect([receives(['clerk']), receives(['reviewer'])]).toEqual([true, false]))
