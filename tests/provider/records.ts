import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { createSandboxProvider } from '../../adapters/sandbox/provider.ts';
import type { RecordStore, SandboxRecord } from '../../adapters/sandbox/records.ts';
import type { Charge } from '../../core/provider.ts';
import { testWorld } from '../world.ts';
import { directGround, range, request } from './harness.ts';

export type Shelf = {
  /** Opens a book on the shelf's one store, as each process has its own. */
  open(): RecordStore;
  /** Closes and removes everything. */
  clear(): Promise<void>;
};

/** What every book owes to the simulator. `shares`: two books on one shelf have the same pages. */
export const bookSuite = (name: string, shelfOf: () => Promise<Shelf>, { shares = true } = {}): void => {
  describe(`simulator's book, ${name}`, () => {
    let shelf: Shelf;
    let book: RecordStore;
    beforeEach(async () => {
      shelf = await shelfOf();
      book = shelf.open();
    });
    afterEach(async () => {
      await book.close();
      await shelf.clear();
    });
    const enter = async (...entries: (readonly [SandboxRecord, ...SandboxRecord[]])[]) =>
      (await book.insertIfNew(entries.map(([one, ...also]) => ({ record: one, also }))))._unsafeUnwrap();
    const find = async (id: string) => (await book.find({ id }))._unsafeUnwrap();

    test('the first record under a key stands, and what goes with another is not written', async () => {
      const one = record('pi_1', 'a');
      expect(await enter([one, record('evt_1', 'e1')])).toEqual([one]);
      const entered = await enter(
        [record('pi_2', 'a'), record('evt_2', 'e2')],
        [record('pi_3', 'b'), record('evt_3', 'e3')],
      );
      expect(entered.map(({ id }) => id)).toEqual(['pi_1', 'pi_3']);
      expect(await find('evt_1')).not.toBeNull();
      expect(await find('evt_2')).toBeNull();
      expect(await find('evt_3')).not.toBeNull();
      expect((await book.find({ key: 'a' }))._unsafeUnwrap()).toEqual(one);
      expect((await book.find({ key: 'nobody' }))._unsafeUnwrap()).toBeNull();
    });

    test('a batch may name a key twice', async () => {
      const entered = await enter(
        [record('pi_1', 'a')],
        [record('pi_2', 'a'), record('evt_2', 'e2')],
        [record('pi_3', 'b')],
      );
      expect(entered.map(({ id }) => id)).toEqual(['pi_1', 'pi_1', 'pi_3']);
      expect(await find('evt_2')).toBeNull();
    });

    test('a change is made whole, and only of what has not changed meanwhile', async () => {
      const [one, two] = [record('pi_1', 'a'), record('pi_2', 'b')];
      await enter([one], [two], [record('re_1', 'taken')]);
      const next = (of: SandboxRecord) => ({ ...of, version: of.version + 1, body: '{"changed":true}' });
      const change = async (records: readonly SandboxRecord[], also: readonly SandboxRecord[]) =>
        (await book.change({ records, also }))._unsafeUnwrap();

      expect(await change([next(one), next(next(two))], [])).toBe(false);
      expect(await change([next(one)], [record('re_2', 'taken')])).toBe(false);
      expect(await change([next(record('pi_9', 'nobody'))], [])).toBe(false);
      expect(await find('pi_1')).toEqual(one);
      expect(await change([next(one), next(two)], [record('re_3', 'r3')])).toBe(true);
      expect(await change([next(one)], [record('re_4', 'r4')])).toBe(false);
      expect(await find('pi_1')).toEqual(next(one));
      expect(await find('pi_2')).toEqual(next(two));
      expect(await find('re_3')).not.toBeNull();
      expect(await find('re_4')).toBeNull();
    });

    test('of many changes at once one is made', async () => {
      const one = record('pi_1', 'a');
      await enter([one]);
      const changes = range(20).map((n) =>
        book.change({
          records: [{ ...one, version: 2, body: `{"by":${n}}` }],
          also: [record(`re_${n}`, `r${n}`)],
        }),
      );
      const done = (await Promise.all(changes)).map((each) => each._unsafeUnwrap());
      expect(done.filter((each) => each)).toHaveLength(1);
      const rows = (await book.list({ from: 're_', before: 're_~', limit: 100 }))._unsafeUnwrap();
      expect(rows).toHaveLength(1);
    });

    test('a list is newest first, of one kind, in its span', async () => {
      await enter(...range(5).map((n) => [record(`pi_${n}`, `k${n}`)] as const), [record('re_1', 'r')]);
      const ids = async (from: string, before: string, limit: number) =>
        (await book.list({ from, before, limit }))._unsafeUnwrap().map(({ id }) => id);
      expect(await ids('pi_', 'pi_~', 100)).toEqual(['pi_4', 'pi_3', 'pi_2', 'pi_1', 'pi_0']);
      expect(await ids('pi_1', 'pi_4', 2)).toEqual(['pi_3', 'pi_2']);
    });

    test('what is due is found, the longest due first, and no more once it is done', async () => {
      const at = (id: string, dueAtMs: number | null) => ({ ...record(id, id), dueAtMs });
      await enter([at('evt_1', 30)], [at('evt_2', 10)], [at('evt_3', 31)], [at('evt_4', null)]);
      const due = async (limit = 10) =>
        (await book.due({ nowMs: 30, limit }))._unsafeUnwrap().map(({ id }) => id);
      expect(await due()).toEqual(['evt_2', 'evt_1']);
      expect(await due(1)).toEqual(['evt_2']);
      (await book.change({ records: [{ ...at('evt_2', null), version: 2 }], also: [] }))._unsafeUnwrap();
      expect(await due()).toEqual(['evt_1']);
    });

    test('the demo lists charges newest first, and a page neither repeats nor skips while charges are added', async () => {
      const { provider } = directGround(book);
      const simulated = createSandboxProvider(book, testWorld());
      for (const n of range(5)) await provider.charge(request(`key-${n}`));
      const first = (await simulated.list({ after: null, limit: 2 }))._unsafeUnwrap();
      expect(first.items.map(({ idempotencyKey }) => idempotencyKey)).toEqual(['key-4', 'key-3']);
      await provider.charge(request('newer'));
      const second = (await simulated.list({ after: first.next, limit: 2 }))._unsafeUnwrap();
      expect(second.items.map(({ idempotencyKey }) => idempotencyKey)).toEqual(['key-2', 'key-1']);
      const third = (await simulated.list({ after: second.next, limit: 2 }))._unsafeUnwrap();
      expect(third.items.map(({ idempotencyKey }) => idempotencyKey)).toEqual(['key-0']);
      expect(third.next).toBeNull();
    });

    test.each([
      ['pm_card_visa', 'succeeded', null],
      ['pm_card_chargeDeclined', 'declined', 'card_declined'],
      ['pm_card_authenticationRequired', 'requires_action', null],
    ] as const)('the demo shows %s', async (method, status, declineCode) => {
      const { provider, world } = directGround(book);
      await provider.charge(request('a', method));
      const amount = { amount: 1_299_000, currency: 'VND' };
      const id = expect.stringMatching(/^pi_[0-9a-f]{32}$/);
      const createdAtMs = world.clock.nowMs();
      expect(await charges(book)).toEqual([
        { id, idempotencyKey: 'a', amount, status, declineCode, createdAtMs },
      ]);
      await provider.cancel(request('b'));
      expect(await charges(book)).toMatchObject([{ status: 'cancelled', declineCode: null }, { status }]);
    });

    if (!shares) return;

    test('what was charged is known after the process is gone', async () => {
      await directGround(book).provider.charge(request('a', 'pm_sim_lost_ok'));
      const [charge] = await charges(book);
      await book.close();
      book = shelf.open();
      const outcome = await directGround(book).provider.charge(request('a', 'pm_sim_lost_ok'));
      expect(outcome).toEqual({ kind: 'succeeded', reference: charge?.id ?? 'none' });
    });

    test('processes side by side make one charge a key, whatever order their keys come in', async () => {
      const beside = shelf.open();
      try {
        const providers = [directGround(book).provider, directGround(beside).provider] as const;
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

    test('processes side by side never give back more than was charged', async () => {
      const beside = shelf.open();
      try {
        const providers = [directGround(book).provider, directGround(beside).provider] as const;
        const paid = await providers[0].charge(request('a', 'pm_card_visa', 1_000));
        const reference = paid.kind === 'succeeded' ? paid.reference : '';
        const amount = { amount: 100, currency: 'VND' };
        const outcomes = await Promise.all(
          range(40).map((n) => providers[n % 2 ? 0 : 1].refund({ refundId: `r${n}`, reference, amount })),
        );
        expect(outcomes.filter(({ kind }) => kind === 'succeeded')).toHaveLength(10);
        expect(outcomes.filter(({ kind }) => kind === 'refused')).toHaveLength(30);
      } finally {
        await beside.close();
      }
    });

    test('a book that is closed is a provider that cannot be reached', async () => {
      await book.close();
      const { provider } = directGround(book);
      expect((await provider.charge(request('a'))).kind).toBe('unavailable');
      expect((await provider.charge(request('a', 'pm_sim_slow'))).kind).toBe('unavailable');
      expect((await provider.cancel(request('a'))).kind).toBe('unavailable');
      const amount = { amount: 1, currency: 'VND' };
      expect((await provider.refund({ refundId: 'r', reference: 'pi_1', amount })).kind).toBe('unavailable');
      expect((await provider.readLedger({ fromMs: 0, toMs: 1, after: null })).isErr()).toBe(true);
    });
  });
};

export const record = (id: string, key: string): SandboxRecord => ({
  id,
  key,
  version: 1,
  dueAtMs: null,
  body: '{}',
});

/** All of them, newest first. */
export const charges = async (book: RecordStore): Promise<readonly Charge[]> =>
  (await createSandboxProvider(book, testWorld()).list({ after: null, limit: 1_000 }))._unsafeUnwrap().items;
