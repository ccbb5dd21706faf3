import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import type { ChargeBook } from '../../adapters/payment/book.ts';
import { simulatedProvider } from '../../adapters/payment/simulated.ts';
import type { Charge, ChargeOutcome, ChargeRequest } from '../../core/payment.ts';
import { testWorld } from '../world.ts';

export type Shelf = {
  /** Opens a book on the shelf's one store, as each process has its own. */
  open(): ChargeBook;
  /** Closes and removes everything. */
  clear(): Promise<void>;
};

/**
 * What every charge book owes to the simulated provider, and the provider to us. `shares`: two books on one
 * shelf have the same pages.
 */
export const providerSuite = (name: string, shelfOf: () => Promise<Shelf>, { shares = true } = {}): void => {
  describe(`simulated provider, ${name}`, () => {
    let shelf: Shelf;
    let book: ChargeBook;
    beforeEach(async () => {
      shelf = await shelfOf();
      book = shelf.open();
    });
    afterEach(async () => {
      await book.close();
      await shelf.clear();
    });
    const providerOf = (of: ChargeBook) => simulatedProvider(of, testWorld(), { slowMs: 5 });

    test.each([
      ['pm_card_visa', { kind: 'succeeded' }],
      ['pm_sim_slow', { kind: 'succeeded' }],
      ['pm_card_chargeDeclined', { kind: 'declined', declineCode: 'card_declined' }],
      ['pm_nobody_knows', { kind: 'declined', declineCode: 'invalid_payment_method' }],
      ['constructor', { kind: 'declined', declineCode: 'invalid_payment_method' }],
    ])('%s', async (method, outcome) => {
      const provider = providerOf(book);
      const first = await provider.charge(request('a', method));
      expect(first).toMatchObject(outcome);
      const [charge] = await charges(book);
      expect(charge).toEqual({
        id: expect.stringMatching(/^ch_[0-9a-f]{32}$/),
        idempotencyKey: 'a',
        amount: { amount: 1_299_000, currency: 'VND' },
        status: first.kind as Charge['status'],
        declineCode: first.kind === 'declined' ? first.declineCode : null,
        createdAtMs: expect.any(Number),
      });
      if (first.kind === 'succeeded') expect(first.reference).toBe(charge?.id ?? '');
      expect(await provider.charge(request('a', method))).toEqual(first);
      expect(await charges(book)).toHaveLength(1);
    });

    test('a charge of two seconds is made when they are over', async () => {
      const provider = providerOf(book);
      const charging = provider.charge(request('a', 'pm_sim_slow'));
      expect(await provider.cancel('a')).toEqual({ kind: 'cancelled' });
      expect(await charging).toEqual({ kind: 'cancelled' });
    });

    test.each([
      ['pm_sim_lost_ok', 'succeeded'],
      ['pm_sim_lost_declined', 'declined'],
    ])('%s is written, and heard of by the second call only', async (method, kind) => {
      const provider = providerOf(book);
      expect((await provider.charge(request('a', method))).kind).toBe('unknown');
      expect((await charges(book)).map(({ status }) => status as string)).toEqual([kind]);
      expect((await provider.charge(request('a', method))).kind).toBe(kind as ChargeOutcome['kind']);

      expect((await provider.charge(request('b', method))).kind).toBe('unknown');
      expect((await provider.cancel('b')).kind).toBe(kind as ChargeOutcome['kind']);
    });

    test('of parallel calls one loses its answer, and the others hear it', async () => {
      const provider = providerOf(book);
      const outcomes = await Promise.all(
        range(20).map(() => provider.charge(request('a', 'pm_sim_lost_ok'))),
      );
      expect(outcomes.filter(({ kind }) => kind === 'unknown')).toHaveLength(1);
      expect(outcomes.filter(({ kind }) => kind === 'succeeded')).toHaveLength(19);
    });

    test('pm_sim_down is refused before anything is written', async () => {
      const provider = providerOf(book);
      expect((await provider.charge(request('a', 'pm_sim_down'))).kind).toBe('unavailable');
      expect(await charges(book)).toEqual([]);
      expect(await provider.cancel('a')).toEqual({ kind: 'cancelled' });
    });

    test.each([
      'pm_card_visa',
      'pm_card_chargeDeclined',
      'pm_sim_slow',
      'pm_sim_lost_ok',
      'pm_sim_down',
      '?',
    ])('a key that was seen answers what it came to, also to %s and another amount', async (method) => {
      const provider = providerOf(book);
      const first = await provider.charge(request('a'));
      const other = { ...request('a', method), amount: { amount: 1, currency: 'USD' } };
      expect(await provider.charge(other)).toEqual(first);
      expect(await provider.cancel('a')).toEqual(first);

      expect(await provider.cancel('b')).toEqual({ kind: 'cancelled' });
      expect(await provider.charge({ ...other, paymentId: 'b' })).toEqual({ kind: 'cancelled' });
      expect(await provider.cancel('b')).toEqual({ kind: 'cancelled' });
      expect((await charges(book)).map(({ status }) => status)).toEqual(['cancelled', 'succeeded']);
    });

    test('50 parallel calls under one key are one charge', async () => {
      const provider = providerOf(book);
      const outcomes = await Promise.all(range(50).map(() => provider.charge(request('a'))));
      const [charge, ...more] = await charges(book);
      expect(more).toEqual([]);
      for (const outcome of outcomes)
        expect(outcome).toEqual({ kind: 'succeeded', reference: charge?.id ?? 'none' });
    });

    test('charge and cancel under one key at once come to the same', async () => {
      const provider = providerOf(book);
      const outcomes = await Promise.all(
        range(30).map((n) => (n % 3 === 1 ? provider.cancel('a') : provider.charge(request('a')))),
      );
      expect(new Set(outcomes.map((outcome) => JSON.stringify(outcome))).size).toBe(1);
    });

    test('many keys at once are a charge each', async () => {
      const provider = providerOf(book);
      await Promise.all(range(300).map((n) => provider.charge(request(`key-${n}`))));
      const keys = (await charges(book)).map(({ idempotencyKey }) => idempotencyKey);
      expect(new Set(keys).size).toBe(300);
      expect(keys).toHaveLength(300);
    });

    test('the list is newest first, and a page neither repeats nor skips while charges are added', async () => {
      const provider = providerOf(book);
      for (const n of range(5)) await provider.charge(request(`key-${n}`));
      const first = (await provider.list({ after: null, limit: 2 }))._unsafeUnwrap();
      expect(first.items.map(({ idempotencyKey }) => idempotencyKey)).toEqual(['key-4', 'key-3']);
      await provider.charge(request('newer'));
      const second = (await provider.list({ after: first.next, limit: 2 }))._unsafeUnwrap();
      expect(second.items.map(({ idempotencyKey }) => idempotencyKey)).toEqual(['key-2', 'key-1']);
      const third = (await provider.list({ after: second.next, limit: 2 }))._unsafeUnwrap();
      expect(third.items.map(({ idempotencyKey }) => idempotencyKey)).toEqual(['key-0']);
      expect(third.next).toBeNull();
    });

    test('a batch may name a key twice', async () => {
      const one = chargeOf('ch_1', 'a');
      const entered = (await book.enter([one, chargeOf('ch_2', 'a'), chargeOf('ch_3', 'b')]))._unsafeUnwrap();
      expect(entered.map(({ id }) => id)).toEqual(['ch_1', 'ch_1', 'ch_3']);
      expect((await book.find('a'))._unsafeUnwrap()).toEqual(one);
      expect((await book.find('nobody'))._unsafeUnwrap()).toBeNull();
    });

    if (!shares) return;

    test('what was charged is known after the process is gone', async () => {
      await providerOf(book).charge(request('a', 'pm_sim_lost_ok'));
      const [charge] = await charges(book);
      await book.close();
      book = shelf.open();
      const outcome = await providerOf(book).charge(request('a', 'pm_sim_lost_ok'));
      expect(outcome).toEqual({ kind: 'succeeded', reference: charge?.id ?? 'none' });
    });

    test('processes side by side make one charge a key, whatever order their keys come in', async () => {
      const beside = shelf.open();
      try {
        const providers = [providerOf(book), providerOf(beside)] as const;
        const keys = range(100).map((n) => `key-${n}`);
        const [outcomes, others] = await Promise.all([
          Promise.all(keys.map((key) => providers[0].charge(request(key)))),
          Promise.all(keys.toReversed().map((key) => providers[1].charge(request(key)))),
        ]);
        expect(others.toReversed()).toEqual(outcomes);
        expect(await charges(book)).toHaveLength(100);
      } finally {
        await beside.close();
      }
    });

    test('a book that is closed is a provider that cannot be reached', async () => {
      await book.close();
      expect((await providerOf(book).charge(request('a'))).kind).toBe('unavailable');
      expect((await providerOf(book).charge(request('a', 'pm_sim_slow'))).kind).toBe('unavailable');
      expect((await providerOf(book).cancel('a')).kind).toBe('unavailable');
      expect((await book.list({ after: null, limit: 1 })).isErr()).toBe(true);
    });
  });
};

export const request = (paymentId: string, method = 'pm_card_visa'): ChargeRequest => ({
  paymentId,
  method,
  amount: { amount: 1_299_000, currency: 'VND' },
});

export const chargeOf = (id: string, idempotencyKey: string): Charge => ({
  id,
  idempotencyKey,
  amount: { amount: 90_000_000_000_000, currency: 'VND' },
  status: 'succeeded',
  declineCode: null,
  createdAtMs: Date.UTC(2026, 2, 1),
});

/** All of them, newest first. */
export const charges = async (book: ChargeBook): Promise<readonly Charge[]> =>
  (await book.list({ after: null, limit: 1_000 }))._unsafeUnwrap().items;

const range = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);
