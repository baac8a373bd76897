/** One walk over syntax trees for all who look for something in them. */

/** What every node may have; which kind it is tells what else. */
export interface TreeNode {
  readonly kind?: string;
  readonly id?: number;
}

/**
 * Visits the nodes of a part of a syntax tree (a node, a list of them, or nothing), each before its parts, and what has no kind of
 * its own, as a match's arms, too. `visit` gives false to leave a node's parts out. Spans are not visited.
 */
export function walkTree(part: unknown, visit: (node: TreeNode) => boolean): void {
  if (typeof part !== 'object' || part === null) return;
  if (Array.isArray(part)) {
    for (let i = 0; i < part.length; i++) walkTree(part[i], visit);
    return;
  }
  if (!visit(part)) return;
  for (const key in part) {
    const value = (part as Record<string, unknown>)[key];
    if (typeof value === 'object' && key !== 'span') walkTree(value, visit);
  }
}
