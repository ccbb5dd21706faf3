/** How many of each product are left; null where it cannot run out. By product id. */
export type StockLevels = ReadonlyMap<string, number | null>;

/**
 * Gives each want in turn what it asks for, whole or not at all, so that nothing goes below zero. Answers who
 * was granted, and how many were taken of each product.
 */
export const allocate = (
  shelf: StockLevels,
  wants: readonly { readonly taskId: string; readonly productId: string; readonly quantity: number }[],
): { readonly granted: ReadonlySet<string>; readonly taken: ReadonlyMap<string, number> } => {
  const granted = new Set<string>();
  const taken = new Map<string, number>();
  for (const { taskId, productId, quantity } of wants) {
    const left = shelf.get(productId) ?? null;
    const gone = taken.get(productId) ?? 0;
    if (left !== null && gone + quantity > left) continue;
    granted.add(taskId);
    if (left !== null) taken.set(productId, gone + quantity);
  }
  return { granted, taken };
};
