// Words for codes that the program sends bare.

/** An act as a button shows it, and what it brings about where there is no way back. */
export interface Act {
  verb: string
  name: string
  consequence?: string
  /** What it brings about, where nothing is lost by it. */
  effect?: string
  needsOpinion?: boolean
  /** Of its document: a decision is never made without it; other notices can come later; where nothing is said, it is issued when asked for. */
  paper?: 'always' | 'usually'
}

// by: the posts that may do it, as docs/rules.md has them; a Go test compares the two
// (app/window/contract_test.go). The program judges again, and alone decides.
const acts: Record<string, Omit<Act, 'verb'> & { by: string }> = {
  handover: { by: '窗口人员、主管', name: '移交审查' },
  review: { by: '审查人员、主管', name: '审查通过' },
  return: { by: '审查人员、审批人员、主管', name: '退回窗口', paper: 'usually' },
  approve: { by: '窗口人员、审批人员、主管', name: '准予', consequence: '准予决定作出后不能撤销，只能依法另行处理。', paper: 'always' },
  deny: { by: '窗口人员、审批人员、主管', name: '不予', consequence: '不予决定作出后不能撤销，须向申请人送达并告知救济途径。', needsOpinion: true, paper: 'always' },
  withdraw: { by: '窗口人员、主管', name: '申请人撤回', consequence: '撤回后本件终止，申请人需要时只能重新申请。', paper: 'usually' },
  conclude: { by: '窗口人员、主管', name: '办结送达', consequence: '办结后本件归档，不能再办理。' },
  void: { by: '窗口人员、主管', name: '作废', consequence: '作废后编号不再使用，受理通知书失效，须告知申请人并收回已发的通知书。', needsOpinion: true, paper: 'usually' },
  resolve: { by: '主管', name: '裁决' },
}

/** The acts that a user can do by name, of those that the case allows. */
export function actsOf(verbs: readonly string[], held: readonly string[], status: string): Act[] {
  const posts = held.map(roleName)
  // What has gone to review is decided above the window.
  const own = status === 'accepted' ? posts : posts.filter((p) => p !== roleName('clerk'))
  return verbs.flatMap((verb) => {
    const known = acts[verb]
    if (!known) return []
    const { by, ...act } = known
    const may = verb === 'approve' || verb === 'deny' ? own : posts
    return by.split('、').some((p) => may.includes(p)) ? [{ verb, ...act }] : []
  })
}

/** Whether somebody with these roles receives applications. */
export const receives = (held: readonly string[]) => held.includes('clerk') || held.includes('supervisor')

const sources: Record<string, string> = { card: '读卡', typed: '手工录入（未读卡）', import: '批量导入' }
export const sourceName = (source: string) => sources[source] ?? '来源不明'

const tiers: Record<string, string> = { village: '村（社区）', town: '镇街', district: '区级' }
export const tierName = (tier: string) => tiers[tier] ?? tier

const roles: Record<string, string> = {
  clerk: '窗口人员',
  reviewer: '审查人员',
  approver: '审批人员',
  supervisor: '主管',
  administrator: '系统管理员',
  security: '安全管理员',
  auditor: '审计员',
}
export function roleName(role: string): string {
  return roles[role] ?? role
}

const materialNeeds: Record<string, string> = { required: '必交', conditional: '视情形', optional: '选交' }
export const needName = (need: string) => materialNeeds[need] ?? need
