import { ok } from 'neverthrow';
import { pageOf } from '../../core/page.ts';
import type { Charge } from '../../core/payment.ts';
import type { ChargeBook } from './book.ts';

/** For one process, and gone with it. */
export const memoryBook = (): ChargeBook => {
  const charges = new Map<string, Charge>();
  return {
    enter: async (given) =>
      ok(
        given.map((charge) => {
          const stands = charges.get(charge.idempotencyKey) ?? charge;
          charges.set(charge.idempotencyKey, stands);
          return stands;
        }),
      ),
    find: async (key) => ok(charges.get(key) ?? null),
    list: async ({ after, limit }) => {
      const rows = [...charges.values()]
        .filter(({ id }) => after === null || id < after)
        .sort((one, other) => (one.id < other.id ? 1 : -1));
      return ok(pageOf(rows, limit, ({ id }) => id));
    },
    close: async () => {},
  };
};
