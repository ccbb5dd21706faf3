import { expect, test } from 'bun:test';
import { firstIdAt } from '../../core/id.ts';
import { keyMemoryMs } from '../../core/usecases/recoverPayments.ts';
import { check } from './checker.ts';
import { createHealthyShop } from './healthyShop.ts';

const takenMs = Date.UTC(2026, 2, 3);

/** The violations of the rule for a charge of a cancelled payment that waits for its customer. */
const leftOpen = (claimedMs: number, reference: string | null): readonly string[] => {
  const shop = { ...createHealthyShop(), takenMs };
  const id = firstIdAt(claimedMs);
  const amount = { amount: 10, currency: 'VND' };
  shop.payments.push({ id, status: 'cancelled', ...amount, reference });
  shop.charges.push({ id: 'open', paymentId: id, ...amount, status: 'requires_action' });
  return check(shop).flatMap(({ rule, id: of }) => (rule === 'charge_left_open' ? [of] : []));
};

test.each([
  ['that our payment names', takenMs - keyMemoryMs, 'open'],
  ['whose key is still known', takenMs - keyMemoryMs + 1, null],
] as const)('A charge %s is not left open', (_, claimedMs, reference) => {
  expect(leftOpen(claimedMs, reference)).toEqual(['open']);
});

test('A charge that nobody can name may stay open once its key is forgotten', () => {
  expect(leftOpen(takenMs - keyMemoryMs, null)).toEqual([]);
});
