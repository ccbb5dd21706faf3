import type { Outcome } from '../../web/shared/outcome.ts';
import type { Order, OrderStatus } from '../../web/shared/types.ts';

export const ok = <Value>(value: Value): Outcome<Value> => ({
  kind: 'ok',
  value,
  status: 200,
  requestId: 'r',
  replayed: false,
});
export const lost = { kind: 'lost', requestId: 'r', retryAfterMs: null } as const;
export const flush = () => new Promise((resolve) => setImmediate(resolve));

export const orderOf = (id: string, status: OrderStatus = 'pending', quantity = 1) =>
  ({ id, status, quantity, total: { amount: 100 * quantity, currency: 'VND' } }) as Order;

/** Answers that come when the test says so. */
export const createAnswers = <Value>() => {
  const waiting: ((outcome: Outcome<Value>) => void)[] = [];
  return {
    waiting,
    ask: () => new Promise<Outcome<Value>>((resolve) => waiting.push(resolve)),
    answer: async (index: number, outcome: Outcome<Value>) => {
      waiting[index]?.(outcome);
      await flush();
    },
  };
};
