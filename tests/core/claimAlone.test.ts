import { beforeEach, describe, expect, test } from 'bun:test';
import { err, ok } from 'neverthrow';
import type { CheckoutRequest } from '../../core/audit.ts';
import { createClaimAlone } from '../../core/usecases/claimAlone.ts';
import { createMemoryStore } from '../model/store.ts';
import { createManualTimer } from '../timer.ts';
import { createTestWorld } from '../world.ts';

/** What the database waits for one lock. */
const lockMs = 2_500;
const held = { kind: 'unavailable', reason: 'held', rowsHeld: true } as const;

describe('a cart that is claimed alone', () => {
  let timer: ReturnType<typeof createManualTimer>;
  let tries: CheckoutRequest[];
  let claimAlone: ReturnType<typeof createClaimAlone>;
  let isHeld: (request: CheckoutRequest) => boolean;

  beforeEach(() => {
    const world = createTestWorld();
    timer = createManualTimer(world);
    tries = [];
    isHeld = () => true;
    const { audits } = createMemoryStore(world);
    claimAlone = createClaimAlone({
      world: { ...world, timer },
      audits: {
        ...audits,
        claimAlone: async (request) => {
          tries.push(request);
          if (!isHeld(request)) return ok(err({ kind: 'mixed_currency' }));
          await new Promise<void>((resolve) => timer.after(lockMs, resolve));
          return err(held);
        },
      },
    });
  });

  const requestOf = (key: string): CheckoutRequest => ({
    checkoutId: key,
    key,
    customerId: 'customer-1',
    orderIds: ['order-1'],
    method: 'pm_card_visa',
    recoverAtMs: 15_000,
  });

  test('It is claimed again when a wait has ended behind other carts, and the recovery waits as much longer', async () => {
    const claimed = claimAlone(requestOf('a'));
    await timer.advance(lockMs + 1);
    isHeld = () => false;
    await timer.advance(lockMs);
    expect((await claimed)._unsafeUnwrapErr()).toEqual({ kind: 'mixed_currency' });
    expect(tries.map(({ recoverAtMs }) => recoverAtMs)).toEqual([15_000, 17_500, 20_000]);
    expect(timer.alarms.size).toBe(0);
  });

  test('It is not claimed again when its reply is lost, because it may stand', async () => {
    let calls = 0;
    const lost = { kind: 'unavailable', reason: 'cut' } as const;
    const world = createTestWorld();
    const { audits } = createMemoryStore(world);
    const claimOnce = createClaimAlone({
      world: { ...world, timer },
      audits: {
        ...audits,
        claimAlone: async () => {
          calls += 1;
          return calls === 1 ? err(lost) : ok(err({ kind: 'mixed_currency' }));
        },
      },
    });
    expect((await claimOnce(requestOf('a')))._unsafeUnwrapErr()).toEqual({ kind: 'claim_lost', lost });
    expect(calls).toBe(1);
  });

  test('It is refused when its rows stay held for longer than its patience', async () => {
    const claimed = claimAlone(requestOf('a'));
    await timer.advance(12_000);
    expect((await claimed)._unsafeUnwrapErr()).toEqual(held);
    expect(tries).toHaveLength(4);
  });

  test('Carts whose rows stay held leave a turn to a cart behind them', async () => {
    isHeld = ({ key }) => key !== 'free';
    const waiting = ['a', 'b', 'c', 'd'].map((key) => claimAlone(requestOf(key)));
    const free = claimAlone(requestOf('free'));
    await timer.advance(lockMs);
    expect((await free)._unsafeUnwrapErr()).toEqual({ kind: 'mixed_currency' });
    await timer.advance(12_000);
    for (const claimed of await Promise.all(waiting)) expect(claimed._unsafeUnwrapErr()).toEqual(held);
  });
});
