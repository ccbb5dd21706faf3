import { describe, expect, test } from 'bun:test';
import { type CommandKey, commandKeyRetentionMs } from '../../core/commandKey.ts';
import type { Product } from '../../core/product.ts';
import { defined, unwrap } from './fixture.ts';
import { shuffled } from './shuffled.ts';
import { type OpenStore, useFreshStore } from './testContext.ts';

const firstDay = { day: '1970-01-01', dayMs: 0, endMs: 86_400_000 };

/** Commands that are done once under an idempotency key. */
export const commandKeysContract = (name: string, open: OpenStore): void => {
  describe(`${name}: command keys`, () => {
    const context = useFreshStore(open);

    const commandKey = (changes: Partial<CommandKey> = {}): CommandKey => ({
      callerId: 'lan',
      route: 'POST /orders',
      key: context().fixture.newId(),
      fingerprint: 'one shirt',
      ...changes,
    });

    const orderRequest = (productId: string, key: CommandKey) => ({
      id: context().fixture.newId(),
      customerId: key.callerId,
      contact: { email: 'lan@example.com', language: null },
      productId,
      quantity: 1,
      ttlMs: 86_400_000,
      commandKey: key,
    });

    /** Places one order for each key, in one batch. */
    const placeAll = async (product: Pick<Product, 'id'>, keys: readonly CommandKey[]) => {
      const { fixture, store } = context();
      const requests = keys.map((key) => orderRequest(product.id, key));
      return unwrap(store.orders.placeOnce(requests, fixture.now()));
    };
    const place = async (product: Pick<Product, 'id'>, key: CommandKey) =>
      defined((await placeAll(product, [key]))[0]);

    const countOrders = async () => {
      const query = { search: null, status: null, type: null, fromMs: null, toMs: null, after: null };
      const { store } = context();
      return (await unwrap(store.orders.list({ ...query, customerId: null, number: null, limit: 100 }))).items
        .length;
    };

    const reused = { kind: 'idempotency_key_reused' } as const;

    test('A refused endpoint leaves no key behind, and a known key has its first answer all the same', async () => {
      const { fixture, store } = context();
      const key = commandKey({ callerId: 'ops', route: 'POST /webhook-endpoints' });
      const refusal = { kind: 'refused' } as const;
      const target = 'https://erp.example/';
      const command = { kind: 'webhook', target, types: ['order.paid'], secret: 'whsec_1' } as const;
      const once = (refused: typeof refusal | null) =>
        store.subscriptions.createOnce(
          { ...command, id: fixture.newId(), commandKey: key },
          fixture.now(),
          refused,
        );
      expect((await once(refusal))._unsafeUnwrapErr()).toEqual(refusal);
      expect(await unwrap(store.subscriptions.list('webhook'))).toEqual([]);
      const first = await unwrap(once(null));
      expect(await unwrap(once(refusal))).toEqual({ value: first.value, replayed: true });
      expect(await unwrap(store.subscriptions.list('webhook'))).toEqual([first.value]);
    });

    test('An order that is placed again under its key is the first one, as it was then', async () => {
      const { fixture, store, world } = context();
      const product = await fixture.createProduct();
      const key = commandKey();
      const first = (await place(product, key))._unsafeUnwrap();
      expect(first.replayed).toBe(false);
      const {
        history: _,
        payment: __,
        invoice: ___,
        licences: ____,
        bookings: _____,
        shipment: ______,
        refunded: _______,
        ...found
      } = await fixture.findOrder(first.value.id);
      expect(first.value).toEqual(found);

      world.advance(1_000);
      await unwrap(store.orders.cancel(first.value.id, 'lan', fixture.now()));
      expect((await place(product, key))._unsafeUnwrap()).toEqual({ value: first.value, replayed: true });
      expect(await countOrders()).toBe(1);
    });

    test('A key belongs to one command of one caller and one route', async () => {
      const { fixture } = context();
      const product = await fixture.createProduct();
      const key = commandKey();
      await place(product, key);
      expect((await place(product, { ...key, fingerprint: 'two shirts' }))._unsafeUnwrapErr()).toEqual(
        reused,
      );
      for (const changes of [{ callerId: 'minh' }, { route: 'POST /others' }])
        expect((await place(product, { ...key, ...changes }))._unsafeUnwrap().replayed).toBe(false);
      expect(await countOrders()).toBe(3);
    });

    test('A refused command uses up no key', async () => {
      const { fixture } = context();
      const key = commandKey();
      const productId = fixture.newId();
      const refused = await place({ id: productId }, key);
      expect(refused._unsafeUnwrapErr()).toEqual({ kind: 'product_not_found', productId });
      const product = await fixture.createProduct();
      const placed = await place(product, { ...key, fingerprint: 'another body' });
      expect(placed._unsafeUnwrap().replayed).toBe(false);
    });

    test('A command that throws uses up no key, and undoes the other commands of its batch', async () => {
      const { fixture, store } = context();
      const product = await fixture.createProduct();
      const [one, two] = [orderRequest(product.id, commandKey()), orderRequest(product.id, commandKey())];
      const sameId = { ...two, id: one.id };
      await expect(store.orders.placeOnce([one, sameId], fixture.now())).rejects.toThrow();
      expect(await countOrders()).toBe(0);
      const results = await unwrap(store.orders.placeOnce([one, two], fixture.now()));
      expect(results.map((result) => result._unsafeUnwrap().replayed)).toEqual([false, false]);
    });

    test('Commands of one batch are decided in sequence, with results in the same sequence', async () => {
      const { fixture, store } = context();
      const product = await fixture.createProduct();
      const [a, b] = [commandKey(), commandKey()];
      const productId = fixture.newId();
      const requests = [
        orderRequest(productId, b),
        orderRequest(product.id, a),
        orderRequest(product.id, { ...a, fingerprint: 'two shirts' }),
        orderRequest(product.id, { ...b, fingerprint: 'two shirts' }),
        orderRequest(product.id, a),
      ];
      const results = await unwrap(store.orders.placeOnce(requests, fixture.now()));
      expect(
        results.map((result) =>
          result.isOk() ? [result.value.value.id, result.value.replayed] : result.error,
        ),
      ).toEqual([
        { kind: 'product_not_found', productId },
        [defined(requests[1]).id, false],
        reused,
        [defined(requests[3]).id, false],
        [defined(requests[1]).id, true],
      ]);
      expect(await unwrap(store.orders.placeOnce([], fixture.now()))).toEqual([]);
    });

    test('A key that is sent 50 times at once makes one order', async () => {
      const { fixture } = context();
      const product = await fixture.createProduct();
      const key = commandKey();
      await fixture.openConnections();
      const results = await Promise.all(Array.from({ length: 50 }, () => place(product, key)));
      const placed = results.map((result) => result._unsafeUnwrap());
      expect(placed.filter(({ replayed }) => !replayed)).toHaveLength(1);
      for (const { value } of placed) expect(value).toEqual(defined(placed[0]).value);
      expect(await countOrders()).toBe(1);
    });

    test('A key that is sent at once with two bodies makes one order, and refuses the other body', async () => {
      const { fixture } = context();
      const product = await fixture.createProduct();
      const key = commandKey();
      await fixture.openConnections();
      const keys = Array.from({ length: 20 }, (_, n) => ({ ...key, fingerprint: n % 2 ? 'one' : 'two' }));
      const results = await Promise.all(keys.map((each) => place(product, each)));
      const winner = keys[results.findIndex((result) => result.isOk() && !result.value.replayed)];
      for (const [index, result] of results.entries())
        if (keys[index]?.fingerprint === winner?.fingerprint) expect(result.isOk()).toBe(true);
        else expect(result._unsafeUnwrapErr()).toEqual(reused);
      expect(await countOrders()).toBe(1);
    });

    test('A key whose refused and accepted commands arrive at once makes one order', async () => {
      const { fixture } = context();
      const product = await fixture.createProduct();
      const missing = { id: fixture.newId() };
      await fixture.openConnections();
      for (let round = 1; round <= 5; round++) {
        const key = commandKey();
        const bad = { ...key, fingerprint: 'a missing product' };
        const results = await Promise.all(
          Array.from({ length: 16 }, (_, n) => (n % 2 ? place(product, key) : place(missing, bad))),
        );
        expect(results.filter((result) => result.isOk() && !result.value.replayed)).toHaveLength(1);
        for (const [index, result] of results.entries())
          if (index % 2) expect(result.isOk()).toBe(true);
          else expect(['product_not_found', reused.kind]).toContain(result._unsafeUnwrapErr().kind);
        expect(await countOrders()).toBe(round);
      }
    });

    test('Batches that list the same keys in different sequence do not deadlock', async () => {
      const { fixture, world } = context();
      const product = await fixture.createProduct();
      const keys = Array.from({ length: 24 }, () => commandKey());
      await fixture.openConnections();
      const batches = Array.from({ length: 8 }, () => shuffled(keys, world));
      const results = await Promise.all(batches.map((batch) => placeAll(product, batch)));
      const placed = results.flat().map((result) => result._unsafeUnwrap());
      expect(placed.filter(({ replayed }) => !replayed)).toHaveLength(keys.length);
      expect(await countOrders()).toBe(keys.length);
    });

    test('A key is kept for a day', async () => {
      const { fixture, store, world } = context();
      const product = await fixture.createProduct();
      const key = commandKey();
      await place(product, key);
      world.advance(commandKeyRetentionMs);
      await unwrap(store.prune(fixture.now()));
      expect((await place(product, key))._unsafeUnwrap().replayed).toBe(true);
      world.advance(1);
      await unwrap(store.prune(fixture.now()));
      expect((await place(product, key))._unsafeUnwrap().replayed).toBe(false);
    });

    test('A reconciliation is requested once for each key', async () => {
      const { fixture, store } = context();
      const key = commandKey({ route: 'POST /money/reconciliations' });
      const request = (fingerprint = key.fingerprint) => {
        const command = { id: fixture.newId(), taskId: fixture.newId(), ...firstDay };
        const keyed = { ...command, commandKey: { ...key, fingerprint } };
        return store.ledger.requestReconciliationOnce(keyed, fixture.now());
      };
      await fixture.openConnections();
      const results = await Promise.all(Array.from({ length: 12 }, () => unwrap(request())));
      expect(results.filter(({ replayed }) => !replayed)).toHaveLength(1);
      const { id } = defined(results[0]).value;
      const stored = await unwrap(store.ledger.findReconciliation(id));
      for (const { value } of results) expect(value).toEqual(defined(stored));
      expect((await request('another day'))._unsafeUnwrapErr()).toEqual(reused);
      expect(await fixture.listTasks()).toMatchObject([{ jobId: id }]);
    });
  });
};
