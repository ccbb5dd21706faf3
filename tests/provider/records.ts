import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { createSandboxProvider } from '../../adapters/sandbox/provider.ts';
import type { RecordStore, SandboxRecord } from '../../adapters/sandbox/records.ts';
import type { Charge } from '../../core/provider.ts';
import { createTestWorld } from '../world.ts';
import { chargeRequest, createSandboxHarness, range } from './harness.ts';

export type RecordStoreFixture = {
  /** Opens a record store over the same data, as each process does. */
  open(): RecordStore;
  /** Removes all data. */
  clear(): Promise<void>;
};

/** The contract of every record store. `isShared`: several open stores see the same data. */
export const recordStoreSuite = (
  name: string,
  createFixture: () => Promise<RecordStoreFixture>,
  { isShared = true } = {},
): void => {
  describe(`Record store of the sandbox, ${name}`, () => {
    let fixture: RecordStoreFixture;
    let records: RecordStore;
    beforeEach(async () => {
      fixture = await createFixture();
      records = fixture.open();
    });
    afterEach(async () => {
      await records.close();
      await fixture.clear();
    });
    const insert = async (...entries: (readonly [SandboxRecord, ...SandboxRecord[]])[]) =>
      (await records.insertIfNew(entries.map(([one, ...also]) => ({ record: one, also }))))._unsafeUnwrap();
    const find = async (id: string) => (await records.find({ id }))._unsafeUnwrap();

    test('The first record under a key is kept, and the records that belong to a later one are not written', async () => {
      const one = newRecord('pi_1', 'a');
      expect(await insert([one, newRecord('evt_1', 'e1')])).toEqual([one]);
      const inserted = await insert(
        [newRecord('pi_2', 'a'), newRecord('evt_2', 'e2')],
        [newRecord('pi_3', 'b'), newRecord('evt_3', 'e3')],
      );
      expect(inserted.map(({ id }) => id)).toEqual(['pi_1', 'pi_3']);
      expect(await find('evt_1')).not.toBeNull();
      expect(await find('evt_2')).toBeNull();
      expect(await find('evt_3')).not.toBeNull();
      expect((await records.find({ key: 'a' }))._unsafeUnwrap()).toEqual(one);
      expect((await records.find({ key: 'nobody' }))._unsafeUnwrap()).toBeNull();
    });

    test('A batch can have one key twice', async () => {
      const inserted = await insert(
        [newRecord('pi_1', 'a')],
        [newRecord('pi_2', 'a'), newRecord('evt_2', 'e2')],
        [newRecord('pi_3', 'b')],
      );
      expect(inserted.map(({ id }) => id)).toEqual(['pi_1', 'pi_1', 'pi_3']);
      expect(await find('evt_2')).toBeNull();
    });

    test('A change is applied completely, and only to records that nobody has changed since', async () => {
      const [one, two] = [newRecord('pi_1', 'a'), newRecord('pi_2', 'b')];
      await insert([one], [two], [newRecord('re_1', 'taken')]);
      const next = (record: SandboxRecord) => ({
        ...record,
        version: record.version + 1,
        body: '{"changed":true}',
      });
      const change = async (changes: readonly SandboxRecord[], also: readonly SandboxRecord[]) =>
        (await records.change({ records: changes, also }))._unsafeUnwrap();

      expect(await change([next(one), next(next(two))], [])).toBe(false);
      expect(await change([next(one)], [newRecord('re_2', 'taken')])).toBe(false);
      expect(await change([next(newRecord('pi_9', 'nobody'))], [])).toBe(false);
      expect(await find('pi_1')).toEqual(one);
      expect(await change([next(one), next(two)], [newRecord('re_3', 'r3')])).toBe(true);
      expect(await change([next(one)], [newRecord('re_4', 'r4')])).toBe(false);
      expect(await find('pi_1')).toEqual(next(one));
      expect(await find('pi_2')).toEqual(next(two));
      expect(await find('re_3')).not.toBeNull();
      expect(await find('re_4')).toBeNull();
    });

    test('Only one of many concurrent changes of a record is applied', async () => {
      const one = newRecord('pi_1', 'a');
      await insert([one]);
      const changes = range(20).map((n) =>
        records.change({
          records: [{ ...one, version: 2, body: `{"by":${n}}` }],
          also: [newRecord(`re_${n}`, `r${n}`)],
        }),
      );
      const applied = (await Promise.all(changes)).map((each) => each._unsafeUnwrap());
      expect(applied.filter((each) => each)).toHaveLength(1);
      const rows = (await records.list({ from: 're_', before: 're_~', limit: 100 }))._unsafeUnwrap();
      expect(rows).toHaveLength(1);
    });

    test('A list has the ids of its range, newest first', async () => {
      await insert(...range(5).map((n) => [newRecord(`pi_${n}`, `k${n}`)] as const), [
        newRecord('re_1', 'r'),
      ]);
      const ids = async (from: string, before: string, limit: number) =>
        (await records.list({ from, before, limit }))._unsafeUnwrap().map(({ id }) => id);
      expect(await ids('pi_', 'pi_~', 100)).toEqual(['pi_4', 'pi_3', 'pi_2', 'pi_1', 'pi_0']);
      expect(await ids('pi_1', 'pi_4', 2)).toEqual(['pi_3', 'pi_2']);
    });

    test('Due records are found, earliest first, until they are not due any more', async () => {
      const at = (id: string, dueAtMs: number | null) => ({ ...newRecord(id, id), dueAtMs });
      await insert([at('evt_1', 30)], [at('evt_2', 10)], [at('evt_3', 31)], [at('evt_4', null)]);
      const due = async (limit = 10) =>
        (await records.due({ nowMs: 30, limit }))._unsafeUnwrap().map(({ id }) => id);
      expect(await due()).toEqual(['evt_2', 'evt_1']);
      expect(await due(1)).toEqual(['evt_2']);
      (await records.change({ records: [{ ...at('evt_2', null), version: 2 }], also: [] }))._unsafeUnwrap();
      expect(await due()).toEqual(['evt_1']);
    });

    test('The list of charges is newest first, and a page neither repeats nor skips while charges are added', async () => {
      const { provider } = createSandboxHarness(records);
      const sandbox = createSandboxProvider(records, createTestWorld());
      for (const n of range(5)) await provider.charge(chargeRequest(`key-${n}`));
      const first = (await sandbox.list({ after: null, limit: 2 }))._unsafeUnwrap();
      expect(first.items.map(({ idempotencyKey }) => idempotencyKey)).toEqual(['key-4', 'key-3']);
      await provider.charge(chargeRequest('newer'));
      const second = (await sandbox.list({ after: first.next, limit: 2 }))._unsafeUnwrap();
      expect(second.items.map(({ idempotencyKey }) => idempotencyKey)).toEqual(['key-2', 'key-1']);
      const third = (await sandbox.list({ after: second.next, limit: 2 }))._unsafeUnwrap();
      expect(third.items.map(({ idempotencyKey }) => idempotencyKey)).toEqual(['key-0']);
      expect(third.next).toBeNull();
    });

    test.each([
      ['pm_card_visa', 'succeeded', null],
      ['pm_card_chargeDeclined', 'declined', 'card_declined'],
      ['pm_card_authenticationRequired', 'requires_action', null],
    ] as const)('The list of charges shows %s as %s', async (method, status, declineCode) => {
      const { provider, world } = createSandboxHarness(records);
      await provider.charge(chargeRequest('a', method));
      const amount = { amount: 1_299_000, currency: 'VND' };
      const id = expect.stringMatching(/^pi_[0-9a-f]{32}$/);
      const createdAtMs = world.clock.nowMs();
      expect(await listCharges(records)).toEqual([
        { id, idempotencyKey: 'a', amount, status, declineCode, createdAtMs },
      ]);
      await provider.cancel(chargeRequest('b'));
      expect(await listCharges(records)).toMatchObject([
        { status: 'cancelled', declineCode: null },
        { status },
      ]);
    });

    if (!isShared) return;

    test('A charge is known after its process has ended', async () => {
      await createSandboxHarness(records).provider.charge(chargeRequest('a', 'pm_sim_lost_ok'));
      const [charge] = await listCharges(records);
      await records.close();
      records = fixture.open();
      const outcome = await createSandboxHarness(records).provider.charge(
        chargeRequest('a', 'pm_sim_lost_ok'),
      );
      expect(outcome).toEqual({ kind: 'succeeded', reference: charge?.id ?? 'none' });
    });

    test('Two processes with the same keys in opposite order make one charge for each key', async () => {
      const otherRecords = fixture.open();
      try {
        const providers = [
          createSandboxHarness(records).provider,
          createSandboxHarness(otherRecords).provider,
        ] as const;
        const keys = range(100).map((n) => `key-${n}`);
        const [outcomes, others] = await Promise.all([
          Promise.all(keys.map((key) => providers[0].charge(chargeRequest(key)))),
          Promise.all(keys.toReversed().map((key) => providers[1].charge(chargeRequest(key)))),
        ]);
        expect(others.toReversed()).toEqual(outcomes);
        expect(await listCharges(records)).toHaveLength(100);
      } finally {
        await otherRecords.close();
      }
    });

    test('Two processes together never refund more than was charged', async () => {
      const otherRecords = fixture.open();
      try {
        const providers = [
          createSandboxHarness(records).provider,
          createSandboxHarness(otherRecords).provider,
        ] as const;
        const paid = await providers[0].charge(chargeRequest('a', 'pm_card_visa', 1_000));
        const reference = paid.kind === 'succeeded' ? paid.reference : '';
        const amount = { amount: 100, currency: 'VND' };
        const outcomes = await Promise.all(
          range(40).map((n) => providers[n % 2 ? 0 : 1].refund({ refundId: `r${n}`, reference, amount })),
        );
        expect(outcomes.filter(({ kind }) => kind === 'succeeded')).toHaveLength(10);
        expect(outcomes.filter(({ kind }) => kind === 'refused')).toHaveLength(30);
      } finally {
        await otherRecords.close();
      }
    });

    test('A closed record store makes the provider unavailable', async () => {
      await records.close();
      const { provider } = createSandboxHarness(records);
      expect((await provider.charge(chargeRequest('a'))).kind).toBe('unavailable');
      expect((await provider.charge(chargeRequest('a', 'pm_sim_slow'))).kind).toBe('unavailable');
      expect((await provider.cancel(chargeRequest('a'))).kind).toBe('unavailable');
      const amount = { amount: 1, currency: 'VND' };
      expect((await provider.refund({ refundId: 'r', reference: 'pi_1', amount })).kind).toBe('unavailable');
      expect((await provider.readLedger({ fromMs: 0, toMs: 1, after: null })).isErr()).toBe(true);
    });
  });
};

export const newRecord = (id: string, key: string): SandboxRecord => ({
  id,
  key,
  version: 1,
  dueAtMs: null,
  body: '{}',
});

/** All charges, newest first. */
export const listCharges = async (records: RecordStore): Promise<readonly Charge[]> =>
  (
    await createSandboxProvider(records, createTestWorld()).list({ after: null, limit: 1_000 })
  )._unsafeUnwrap().items;
