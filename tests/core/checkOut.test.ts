import { beforeEach, describe, expect, test } from 'bun:test';
import { err } from 'neverthrow';
import type { Audits } from '../../core/audit.ts';
import type { Order } from '../../core/order.ts';
import type { ChargeOutcome, PaymentProvider } from '../../core/provider.ts';
import type { Store } from '../../core/store.ts';
import { type CheckoutCommand, createCheckOut } from '../../core/usecases/checkOut.ts';
import { declined, known, lost, released, shopOver, succeeded, value } from '../contracts/shop.ts';
import { createMemoryStore } from '../model/store.ts';
import { testWorld } from '../world.ts';
import { scriptedProvider, silentProvider } from './provider.ts';

describe('a checkout', () => {
  let world = testWorld();
  let store: Store = createMemoryStore(world);
  let shop = shopOver(store, world);
  let orders: readonly Order[] = [];
  let hints = 0;

  beforeEach(async () => {
    world = testWorld();
    store = createMemoryStore(world);
    shop = shopOver(store, world);
    const products = await shop.products(['physical', 'digital'].map((type) => shop.draft({ type })));
    orders = await shop.orders(products);
    hints = 0;
  });

  const wakeup = {
    notify: () => {
      hints++;
    },
    listen: () => () => {},
  };

  const checkingOut = (provider: PaymentProvider, audits = store.audits) =>
    createCheckOut({ ...store, audits, provider, wakeup, world }, { reconcileAfterMs: 15_000 });

  const command = (changes: Partial<CheckoutCommand> = {}): CheckoutCommand => ({
    key: shop.freshId(),
    customerId: known(orders[0]).customerId,
    orderIds: orders.map(({ id }) => id),
    method: 'pm_card_visa',
    requestId: 'request-1',
    ...changes,
  });

  const statuses = () => Promise.all(orders.map(async ({ id }) => (await shop.detail(id)).status));
  const down = { kind: 'unavailable', reason: 'no connection' } as const;

  test('charges once under the payment’s id, and answers what stands', async () => {
    const provider = scriptedProvider();
    const { response: answer, replayed } = (await checkingOut(provider)(command()))._unsafeUnwrap();
    expect(replayed).toBe(false);
    expect(answer).toMatchObject({ status: 'succeeded', requestId: 'request-1' });
    expect(answer.orders.map(({ status }) => status)).toEqual(['paid', 'paid']);
    expect(provider.calls).toEqual([
      { verb: 'charge', paymentId: answer.checkoutId, method: 'pm_card_visa' },
    ]);
    expect(known(await value(store.audits.find(answer.checkoutId)))).toMatchObject({
      payment: answer.payment,
      orders: answer.orders,
    });
    expect((await shop.tasks()).map(({ orderId }) => orderId)).toEqual(orders.map(({ id }) => id));
    expect(hints).toBe(1);
  });

  test('of a crowd waits for one half at most: that is settled while the other is claimed', async () => {
    const sizes: number[] = [];
    const audits: Audits = {
      ...store.audits,
      claim: (requests, nowMs) => {
        sizes.push(requests.length);
        return store.audits.claim(requests, nowMs);
      },
    };
    const product = known((await shop.products([shop.draft()]))[0]);
    const crowd = await shop.orders(Array.from({ length: 9 }, () => product));
    const check = checkingOut(scriptedProvider(), audits);
    const answers = await Promise.all(
      crowd.map(({ id, customerId }) => check(command({ customerId, orderIds: [id] }))),
    );
    expect(answers.every((answer) => answer.isOk())).toBe(true);
    expect(sizes).toEqual([5, 4]);
  });

  test('that failed is here no more', async () => {
    const sizes: number[] = [];
    const down: Audits = {
      ...store.audits,
      claim: async (requests) => {
        sizes.push(requests.length);
        throw new Error('a bug');
      },
    };
    const check = checkingOut(scriptedProvider(), down);
    for (let time = 0; time < 3; time++) await Promise.allSettled([check(command()), check(command())]);
    expect(sizes).toEqual([1, 1, 1, 1, 1, 1]);
  });

  test('sent again hears the first answer, and charges nothing', async () => {
    const provider = scriptedProvider();
    const check = checkingOut(provider);
    const same = command();
    const first = (await check(same))._unsafeUnwrap();
    const again = (await check({ ...same, requestId: 'request-2' }))._unsafeUnwrap();
    expect(again).toEqual({ response: first.response, replayed: true });
    expect(provider.calls).toHaveLength(1);
    expect(hints).toBe(1);
  });

  test('clicked many times at once charges once', async () => {
    const provider = scriptedProvider();
    const check = checkingOut(provider);
    const same = command();
    const answers = await Promise.all(Array.from({ length: 40 }, () => check(same)));
    const paid = answers.flatMap((each) => (each.isOk() ? [each.value] : []));
    expect(paid.filter(({ replayed }) => !replayed)).toHaveLength(1);
    for (const each of answers)
      if (each.isErr()) expect(each.error).toMatchObject({ kind: 'checkout_in_progress' });
    expect(provider.calls).toHaveLength(1);
  });

  test('of one order under many keys at once charges one of them', async () => {
    const provider = scriptedProvider();
    const check = checkingOut(provider);
    const answers = await Promise.all(Array.from({ length: 40 }, () => check(command())));
    expect(answers.filter((each) => each.isOk())).toHaveLength(1);
    const held = ['order_in_progress', 'order_not_payable'];
    for (const each of answers) if (each.isErr()) expect(held).toContain(each.error.kind);
    expect(provider.charged()).toBe(1);
  });

  test('that is refused asks the provider nothing', async () => {
    const provider = scriptedProvider();
    const refused = await checkingOut(provider)(command({ customerId: 'a stranger' }));
    const orderIds = orders.map(({ id }) => id);
    expect(refused._unsafeUnwrapErr()).toEqual({ kind: 'not_found', orderIds });
    expect(provider.calls).toEqual([]);
  });

  test('of what no pipeline serves charges nothing, and stands in the way of no other', async () => {
    const provider = scriptedProvider();
    const pay = checkingOut(provider);
    const stray = await shop.order(await shop.product({ type: 'no more' }));
    const [one, other] = await Promise.allSettled([
      pay(command({ customerId: stray.customerId, orderIds: [stray.id] })),
      pay(command()),
    ]);
    expect([one.status, other.status]).toEqual(['rejected', 'fulfilled']);
    expect(provider.calls).toHaveLength(1);
    expect((await shop.detail(stray.id)).status).toBe('pending');
    expect(await statuses()).toEqual(['paid', 'paid']);
  });

  test('that is declined leaves the orders to be paid under another key', async () => {
    const check = checkingOut(scriptedProvider(declined));
    const same = command();
    const first = (await check(same))._unsafeUnwrap();
    expect(first.response).toMatchObject({
      status: 'declined',
      payment: { status: 'declined', declineCode: 'card_declined' },
    });
    expect(await statuses()).toEqual(['pending', 'pending']);
    expect((await check(same))._unsafeUnwrap()).toEqual({ response: first.response, replayed: true });
    expect((await check(command()))._unsafeUnwrap().response.status).toBe('succeeded');
    expect(hints).toBe(1);
  });

  test('whose provider cannot be reached says so, and may be sent again under its key', async () => {
    const provider = scriptedProvider(released, released);
    const check = checkingOut(provider);
    const same = command();
    for (let time = 0; time < 2; time++) {
      const failure = (await check(same))._unsafeUnwrapErr();
      expect(failure).toEqual({ kind: 'payment_unavailable', reason: 'down' });
      expect(await statuses()).toEqual(['pending', 'pending']);
    }
    expect(hints).toBe(0);
    const { response: answer, replayed } = (await check(same))._unsafeUnwrap();
    expect({ status: answer.status, replayed }).toEqual({ status: 'succeeded', replayed: false });
    expect(new Set(provider.calls.map(({ paymentId }) => paymentId))).toEqual(new Set([answer.checkoutId]));
  });

  test('whose outcome is lost is being confirmed, under the same answer for ever', async () => {
    const check = checkingOut(scriptedProvider(lost));
    const same = command();
    const { response: answer } = (await check(same))._unsafeUnwrap();
    expect(answer).toMatchObject({ status: 'unknown', payment: { status: 'unknown' } });
    expect(await statuses()).toEqual(['paying', 'paying']);
    expect((await check(same))._unsafeUnwrap()).toEqual({ response: answer, replayed: true });
  });

  test('that cannot be claimed says so, and charges nothing', async () => {
    const provider = scriptedProvider();
    const audits = { ...store.audits, claim: async () => err(down) };
    expect((await checkingOut(provider, audits)(command()))._unsafeUnwrapErr()).toEqual(down);
    expect(provider.calls).toEqual([]);
  });

  test.each<ChargeOutcome>([succeeded, declined, lost, released, { kind: 'cancelled' }])(
    'that came to $kind, but cannot be written down, is being confirmed',
    async (outcome) => {
      const audits = { ...store.audits, recordOutcomes: async () => err(down) };
      const { response: answer, replayed } = (
        await checkingOut(scriptedProvider(outcome), audits)(command())
      )._unsafeUnwrap();
      expect({ status: answer.status, replayed }).toEqual({ status: 'unknown', replayed: false });
      expect(answer.orders.map(({ status }) => status)).toEqual(['paying', 'paying']);
      expect(await statuses()).toEqual(['paying', 'paying']);
      world.advance(15_000);
      const query = { nowMs: shop.now(), againAtMs: () => shop.now() + 1, limit: 9, only: null };
      expect(await value(store.audits.claimOpenPayments(query))).toMatchObject([
        { checkoutId: answer.checkoutId },
      ]);
    },
  );

  test('that the reconciler settled meanwhile answers what the reconciler wrote', async () => {
    let claimed = '';
    const provider: PaymentProvider = {
      ...silentProvider,
      charge: async ({ paymentId }) => {
        claimed = paymentId;
        const query = {
          nowMs: shop.now() + 15_000,
          againAtMs: () => Number.MAX_SAFE_INTEGER,
          limit: 9,
          only: null,
        };
        const [taken] = await value(store.audits.claimOpenPayments(query));
        await shop.settle(known(taken), { kind: 'cancelled' });
        return { kind: 'cancelled' };
      },
      cancel: async () => ({ kind: 'cancelled' }),
    };
    const { response: answer, replayed } = (await checkingOut(provider)(command()))._unsafeUnwrap();
    expect(answer).toMatchObject({ checkoutId: claimed, status: 'cancelled' });
    expect(replayed).toBe(false);
    expect(await statuses()).toEqual(['pending', 'pending']);
  });

  test('that the reconciler took up meanwhile releases nothing, and is being confirmed', async () => {
    const provider: PaymentProvider = {
      ...silentProvider,
      charge: async () => {
        const query = { nowMs: shop.now() + 15_000, againAtMs: () => shop.now(), limit: 9, only: null };
        await value(store.audits.claimOpenPayments(query));
        return released;
      },
      cancel: async () => ({ kind: 'cancelled' }),
    };
    const { response: answer } = (await checkingOut(provider)(command()))._unsafeUnwrap();
    expect(answer.status).toBe('unknown');
    expect(await statuses()).toEqual(['paying', 'paying']);
  });
});
