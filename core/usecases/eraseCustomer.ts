import { err, ok } from 'neverthrow';
import type { OperatorCommand } from '../activity.ts';
import type { OrderInProgress } from '../erasure.ts';
import type { AsyncResult } from '../result.ts';
import type { Store } from '../store.ts';
import type { World } from '../world.ts';

/** Orders in one transaction. It holds their locks, and on SQLite the write lock. */
const sliceMax = 100;

export type EraseCustomer = (
  customerId: string,
  command: OperatorCommand,
) => AsyncResult<void, OrderInProgress>;

/**
 * Erases what names a customer, slice by slice. What a crash leaves is erased by the same request again, because each slice
 * is found by what is still there.
 */
export const createEraseCustomer =
  ({
    store,
    world,
  }: {
    readonly store: Pick<Store, 'customers' | 'wakeup'>;
    readonly world: World;
  }): EraseCustomer =>
  async (customerId, command) => {
    let after: string | null = null;
    do {
      const erased = await store.customers.eraseSlice(
        { customerId, after, limit: sliceMax },
        world.clock.nowMs(),
        command,
      );
      if (erased.isErr()) return err(erased.error);
      after = erased.value.next;
      await world.yieldToEventLoop();
    } while (after !== null);
    store.wakeup.notify();
    return ok(undefined);
  };
