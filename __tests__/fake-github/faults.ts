/** What can go wrong with a request, and when. */

export const OPERATIONS = [
  'list',
  'create',
  'get',
  'assets',
  'upload',
  'delete-asset',
  'delete-release',
  'update',
  'notes',
  'get-asset',
  'download',
] as const;
export type Operation = (typeof OPERATIONS)[number];

/**
 * `reset`: the connection breaks before anything happens, in an upload half-way · `lost`: it takes effect, then the connection
 * breaks · `500` without effect · `starter`: 502; an upload leaves an asset in that state, everything else takes effect ·
 * `already-exists`: 422 without effect · `rate-limit` and `secondary`: GitHub's two limits · `slow` · `truncated`: it takes
 * effect, then the answer breaks off half-way · `stale`: a list shows what was there before the last change.
 */
export const FAULT_KINDS = [
  'reset',
  'lost',
  '500',
  'starter',
  'already-exists',
  'rate-limit',
  'secondary',
  'slow',
  'truncated',
  'stale',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export interface FaultRule {
  readonly op: Operation;
  readonly kind: FaultKind;
  /** The first request of that operation that fails, counted from 1 since the server started. */
  readonly from: number;
  /** How many of them fail. */
  times: number;
}

/** The fault of the `nth` request for `op`, which is used up by it. */
export function takeFault(rules: FaultRule[], op: Operation, nth: number): FaultKind | undefined {
  const rule = rules.find((one) => one.op === op && nth >= one.from && one.times > 0);
  if (!rule) return undefined;
  rule.times--;
  return rule.kind;
}
