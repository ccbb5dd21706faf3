/** Available units by product id. Null means that the product cannot run out. */
export type StockLevels = ReadonlyMap<string, number | null>;

/**
 * Allocates stock to the requests in their order. Each request gets its whole quantity or nothing, so no level goes
 * below zero; a later, smaller request may still fit. Returns the ids of the tasks that got their quantity, and the
 * units to deduct by product id. Products that cannot run out are not in `deducted`.
 */
export const allocate = (
  levels: StockLevels,
  requests: readonly { readonly taskId: string; readonly productId: string; readonly quantity: number }[],
): { readonly fulfilled: ReadonlySet<string>; readonly deducted: ReadonlyMap<string, number> } => {
  const fulfilled = new Set<string>();
  const deducted = new Map<string, number>();
  for (const { taskId, productId, quantity } of requests) {
    const level = levels.get(productId) ?? null;
    const total = (deducted.get(productId) ?? 0) + quantity;
    if (level !== null && total > level) continue;
    fulfilled.add(taskId);
    if (level !== null) deducted.set(productId, total);
  }
  return { fulfilled, deducted };
};
