import { describe, expect, test } from 'bun:test';
import type { RefundCommand } from '../../core/refund.ts';
import { freshPlace, type Open } from './open.ts';
import { known, refused, returned, shuffled, value } from './shop.ts';

/** What many operators and workers do at once. */
export const refundRacesContract = (name: string, open: Open): void => {
  describe(`${name}: refunds at once`, () => {
    const place = freshPlace(open);
    const done = { kind: 'done', detail: null } as const;

    const request = (command: RefundCommand) => place().store.refunds.request(command, place().shop.now());

    const product = () => place().shop.product({ price: { amount: 1_000, currency: 'VND' } });

    const refundsOf = async (orderId: string) =>
      (await value(place().store.refunds.list({ orderId, status: null, after: null, limit: 100 }))).items;

    test('fifty of a tenth each: ten are written, and no more than was paid comes back', async () => {
      const { shop, store } = place();
      const order = await shop.paid(await product());
      await shop.crowd();
      const tenth = { amount: 100, currency: null };
      const answers = await Promise.all(
        Array.from({ length: 50 }, () => request(shop.command(order.id, { amount: tenth }))),
      );
      const written = answers.flatMap((each) => (each.isOk() ? [each.value.refund] : []));
      expect(written).toHaveLength(10);
      for (const each of answers)
        if (each.isErr())
          expect(each.error).toEqual({
            kind: 'refund_too_large',
            left: { amount: expect.any(Number), currency: 'VND' },
          });
      expect(await refundsOf(order.id)).toHaveLength(10);
      expect(await shop.tasks({ pipeline: 'refund' })).toHaveLength(10);
      expect(await shop.history(order.id)).toEqual([
        'pending',
        'paying',
        'paid',
        ...Array(10).fill('refund_requested'),
      ]);

      await Promise.all(
        written.flatMap(({ id }) =>
          Array.from({ length: 2 }, () =>
            store.refunds.finish({ refundId: id, outcome: returned }, shop.now()),
          ),
        ),
      );
      expect(await shop.detail(order.id)).toMatchObject({ status: 'refunded' });
      expect((await shop.history(order.id)).slice(13)).toEqual([
        ...Array(9).fill('partially_refunded'),
        'refunded',
      ]);
      expect(await shop.tasks({ orderId: order.id })).toEqual([]);
    });

    test('one key sent many times at once is one refund, and all hear the same', async () => {
      const { shop } = place();
      const order = await shop.paid(await product());
      const command = shop.command(order.id, { amount: { amount: 10, currency: 'VND' } });
      await shop.crowd();
      const answers = await Promise.all(
        Array.from({ length: 20 }, () =>
          value(request({ ...command, refundId: shop.freshId(), taskId: shop.freshId() })),
        ),
      );
      expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
      for (const { refund } of answers) expect(refund).toEqual(known(answers[0]).refund);
      expect(await refundsOf(order.id)).toHaveLength(1);
      expect(await shop.tasks({ pipeline: 'refund' })).toHaveLength(1);
    });

    test('one key sent at once for different orders is a refund of one of them', async () => {
      const { shop } = place();
      const orders = [];
      for (let index = 0; index < 8; index++) orders.push(await shop.paid(await product()));
      const key = shop.freshId();
      await shop.crowd();
      const answers = await Promise.all(orders.map(({ id }) => request(shop.command(id, { key }))));
      expect(answers.filter((each) => each.isOk())).toHaveLength(1);
      for (const each of answers)
        if (each.isErr()) expect(each.error).toEqual({ kind: 'idempotency_key_reused' });
      expect(await shop.tasks({ pipeline: 'refund' })).toHaveLength(1);
      expect(await shop.tasks({ state: 'paused' })).toHaveLength(1);
    });

    test('refunds beside running pipelines: each order ends one way, with a history without a gap', async () => {
      const { shop, store, world } = place();
      const orders = [];
      const of = await product();
      for (let index = 0; index < 24; index++) orders.push(await shop.paid(of));
      await shop.crowd();
      const work = async () => {
        for (let more = true; more; ) {
          const { touched, leases } = await shop.take('physical', { limit: 5 });
          const reports = leases.map(({ taskId, lease }) => ({ taskId, lease, outcome: done }));
          await value(store.queue.report(reports, shop.now()));
          more = touched > 0;
        }
      };
      const giveBack = async (orderId: string, amount: number | null) => {
        const asked = { amount: amount === null ? null : { amount, currency: null } };
        const answer = await request(shop.command(orderId, asked));
        if (answer.isOk()) await shop.settleRefund(answer.value.refund.id, returned);
        return answer.isOk();
      };
      const [whole, part] = [orders.slice(0, 12), orders.slice(12)];
      await Promise.all([
        ...Array.from({ length: 3 }, work),
        ...shuffled(whole, world).map(({ id }) => giveBack(id, null)),
        ...shuffled([...part, ...part], world).map(({ id }) => giveBack(id, 300)),
      ]);
      await work();

      for (const { id } of whole) {
        expect(await shop.detail(id)).toMatchObject({ status: 'refunded' });
        expect((await shop.history(id)).at(-1)).toBe('refunded');
      }
      for (const { id } of part) {
        expect(await shop.detail(id)).toMatchObject({ status: 'completed' });
        const told = await shop.history(id);
        for (const state of ['refund_requested', 'partially_refunded'])
          expect(told.filter((each) => each === state)).toHaveLength(2);
        expect(told.filter((each) => each === 'completed')).toHaveLength(1);
      }
      expect(await shop.tasks({ pipeline: 'physical' })).toEqual([]);
    });

    test('a report and a whole refund at once: the order is completed or stopped, never both', async () => {
      const { shop } = place();
      const of = await product();
      for (let round = 0; round < 6; round++) {
        const [lease] = await shop.leased([of]);
        const { order } = known(lease);
        await shop.crowd();
        const [accepted] = await Promise.all([
          shop.report(known(lease), done),
          value(request(shop.command(order.id))),
        ]);
        const detail = await shop.detail(order.id);
        expect(detail.status).toBe(accepted.length === 1 ? 'completed' : 'paid');
        expect(await shop.tasks({ orderId: order.id })).toHaveLength(1 - accepted.length);
        await shop.history(order.id);
      }
    });

    test('credit notes have no gap and no double', async () => {
      const { shop, store, world } = place();
      const leases = await shop.leased(Array(30).fill(await product()));
      const refunds = [];
      for (const { order } of leases)
        refunds.push(await shop.refund(order.id, 10), await shop.refund(order.id, 20));
      await shop.crowd();
      await Promise.all(
        shuffled([...refunds, ...refunds], world).map(({ id }, index) =>
          value(
            store.refunds.finish({ refundId: id, outcome: index % 5 === 0 ? refused : returned }, shop.now()),
          ),
        ),
      );
      const details = await Promise.all(refunds.map(({ id }) => shop.refundDetail(id)));
      const notes = details.flatMap(({ creditNote }) => creditNote ?? []);
      expect(notes.length).toBeGreaterThan(20);
      expect(notes.toSorted()).toEqual(
        notes.map((_, index) => `CN-2026-${String(index + 1).padStart(6, '0')}`),
      );
      for (const { status, creditNote } of details)
        if (status === 'succeeded') expect(creditNote).not.toBeNull();
    });

    test('stock comes back once, whoever settles', async () => {
      const { shop, store } = place();
      const booked = await shop.product({ type: 'service', stock: 20 });
      const orders = [];
      for (let index = 0; index < 10; index++) orders.push(await shop.paid(booked, { quantity: 2 }));
      await shop.take('service');
      const refunds = [];
      for (const { id } of orders) refunds.push(await shop.refund(id));
      await shop.crowd();
      const settled = await Promise.all(
        [...refunds, ...refunds].map(({ id }) => shop.settleRefund(id, returned)),
      );
      expect(settled.filter((changed) => changed)).toHaveLength(10);
      expect((await value(store.products.find(booked.id)))?.stock).toBe(20);
    });
  });
};
