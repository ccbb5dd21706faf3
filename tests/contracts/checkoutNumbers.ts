import { describe, expect, test } from 'bun:test';
import { parseCheckoutNumber } from '../../core/checkoutNumber.ts';
import { parseQuery } from '../../core/search.ts';
import { numberPrefix } from '../numberPrefix.ts';
import { declined, defined, providerUnavailable, unwrap } from './fixture.ts';
import { type OpenStore, useSharedStore } from './testContext.ts';
import { unfilteredQuery } from './unfilteredQuery.ts';

/** The numbers of checkouts, for people. */
export const checkoutNumbersContract = (name: string, open: OpenStore): void => {
  describe(`${name}: numbers of checkouts`, () => {
    const context = useSharedStore(open);

    test('Each new checkout has a higher number with the prefix, also within a batch and after a decline', async () => {
      const { fixture, store } = context();
      const product = await fixture.createProduct();
      const numbers: string[] = [];
      const [again] = await fixture.placeOrders([product]);
      for (let round = 0; round < 3; round++) {
        const claim = await fixture.claimCheckout(fixture.checkoutRequest([defined(again)]));
        numbers.push(claim.number);
        expect((await fixture.findOrder(defined(again).id)).number).toBe(claim.number);
        const { response } = await fixture.recordOutcome(claim, declined);
        expect(response?.number).toBe(claim.number);
      }
      const orders = await fixture.placeOrders(Array(5).fill(product));
      const requests = orders.map((order) => fixture.checkoutRequest([order]));
      const claims = await unwrap(store.audits.claim(requests, fixture.now()));
      for (const [index, result] of claims.entries()) {
        const claim = result._unsafeUnwrap();
        expect(claim.checkoutId).toBe(defined(requests[index]).checkoutId);
        expect(claim.orders.map((order) => order.number)).toEqual([claim.number]);
        expect((await unwrap(store.audits.find(claim.checkoutId)))?.number).toBe(claim.number);
        numbers.push(claim.number);
      }
      const sequences = numbers.map((number) => defined(parseCheckoutNumber(number)));
      expect(new Set(numbers).size).toBe(8);
      expect(sequences.every(({ prefix }) => prefix === numberPrefix)).toBe(true);
      const single = sequences.slice(0, 3).map(({ sequence }) => sequence);
      expect(single).toEqual(single.toSorted((one, other) => one - other));
    });

    test('A retry of a key keeps the number of its checkout, whatever claimed the order in between', async () => {
      const { fixture } = context();
      const order = await fixture.placeOrder(await fixture.createProduct());
      const request = fixture.checkoutRequest([order]);
      const first = await fixture.claimCheckout(request);
      await fixture.recordOutcome(first, providerUnavailable);
      const between = await fixture.claimCheckout(fixture.checkoutRequest([order]));
      expect(between.number).not.toBe(first.number);
      await fixture.recordOutcome(between, declined);
      const again = await fixture.claimCheckout(request);
      expect(again).toMatchObject({ number: first.number, attempt: 2 });
      expect((await fixture.findOrder(order.id)).number).toBe(first.number);
    });

    test('A number finds the orders of its checkout, with the other filters and in pages', async () => {
      const { fixture, store } = context();
      const customerId = fixture.unique('an');
      const shirt = await fixture.createProduct({ name: 'Áo thun' });
      const lamp = await fixture.createProduct({ name: 'Đèn bàn', type: 'digital' });
      const orders = await fixture.placeOrders([shirt, lamp, shirt], { customerId });
      const claim = await fixture.claimCheckout(fixture.checkoutRequest(orders));
      await fixture.pay(await fixture.placeOrders([shirt], { customerId }));
      const number = parseCheckoutNumber(claim.number);
      const find = async (changes: object) => {
        const { items } = await unwrap(store.orders.list({ ...unfilteredQuery, number, ...changes }));
        return items.map(({ id }) => orders.findIndex((order) => order.id === id));
      };
      expect(await find({})).toEqual([2, 1, 0]);
      expect(await find({ limit: 2 })).toEqual([2, 1]);
      expect(await find({ after: orders[1]?.id })).toEqual([0]);
      expect(await find({ search: parseQuery('ao thun') })).toEqual([2, 0]);
      expect(await find({ search: parseQuery('ao'), customerId, status: 'paying' })).toEqual([2, 0]);
      expect(await find({ type: 'digital' })).toEqual([1]);
      expect(await find({ type: 'digital', search: parseQuery('den') })).toEqual([1]);
      expect(await find({ customerId })).toEqual([2, 1, 0]);
      expect(await find({ customerId: 'a stranger' })).toEqual([]);
      expect(await find({ status: 'pending' })).toEqual([]);
      expect(await find({ number: { ...defined(number), prefix: 'X-' } })).toEqual([]);
      expect(await find({ number: { prefix: numberPrefix, sequence: 1 } })).toEqual([]);
    });

    test('An order that another checkout has claimed is found by the number of that one only', async () => {
      const { fixture, store } = context();
      const order = await fixture.placeOrder(await fixture.createProduct());
      const find = async (number: string) => {
        const query = { ...unfilteredQuery, number: parseCheckoutNumber(number) };
        return (await unwrap(store.orders.list(query))).items.map(({ id }) => id);
      };
      const first = await fixture.claimCheckout(fixture.checkoutRequest([order]));
      expect(await find(first.number)).toEqual([order.id]);
      await fixture.recordOutcome(first, declined);
      expect(await find(first.number)).toEqual([order.id]);
      const second = await fixture.claimCheckout(fixture.checkoutRequest([order]));
      expect(await find(first.number)).toEqual([]);
      expect(await find(second.number)).toEqual([order.id]);
    });
  });
};
