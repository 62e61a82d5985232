/** Whether a tool may be called: yes, no, or when a person agrees. */
export function decide({ name }, approved) {
  if (name === 'delete_order') return { decision: 'deny', reason: 'orders are never deleted' }
  if (name === 'refund' && !approved) return { decision: 'ask', reason: 'refunds need a person' }
  return { decision: 'allow' }
}
