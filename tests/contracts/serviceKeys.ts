import { describe, expect, test } from 'bun:test';
import {
  createServiceKeyAuth,
  createServiceKeySecret,
  hashServiceKey,
} from '../../api/http/serviceKeyAuth.ts';
import type { CreateServiceKey, ServiceKey } from '../../core/serviceKey.ts';
import { type AllFieldsSet, expectAllFieldsSet } from './allFieldsSet.ts';
import { listAll, unwrap } from './fixture.ts';
import { type OpenStore, useFreshStore } from './testContext.ts';

const dayMs = 24 * 3_600_000;

/** Keys that programs send in place of a token. */
export const serviceKeysContract = (name: string, open: OpenStore): void => {
  describe(`${name}: service keys`, () => {
    const context = useFreshStore(open);

    const command = (changes: Partial<CreateServiceKey> = {}): CreateServiceKey => ({
      id: context().fixture.newId(),
      name: 'Nightly report',
      permissions: ['orders:read', 'money:read'],
      createdBy: { id: 'ops', email: 'ops@example.com' },
      expiresAtMs: context().fixture.now() + dayMs,
      hash: context().fixture.unique('hash'),
      ...changes,
    });
    const create = (changes: Partial<CreateServiceKey> = {}) =>
      unwrap(context().store.serviceKeys.create(command(changes), context().fixture.now()));
    const list = (limit = 100) =>
      listAll((after: string | null) => context().store.serviceKeys.list({ after, limit }));

    test('A service key has all fields when it is made, found and listed', async () => {
      const { fixture, store, world } = context();
      const made = command();
      const created = await unwrap(store.serviceKeys.create(made, fixture.now()));
      const { hash, command: _, ...rest } = made;
      const unused: ServiceKey = { ...rest, createdAtMs: fixture.now(), lastUsedAtMs: null };
      expect(created).toEqual(unused);
      expect(await unwrap(store.serviceKeys.findByHash(hash))).toEqual(unused);
      world.advance(1_000);
      await unwrap(store.serviceKeys.recordUse(made.id, fixture.now()));
      const used: AllFieldsSet<ServiceKey> = {
        ...{ id: made.id, name: 'Nightly report', permissions: ['orders:read', 'money:read'] },
        ...{ createdBy: { id: 'ops', email: 'ops@example.com' }, createdAtMs: unused.createdAtMs },
        ...{ expiresAtMs: made.expiresAtMs, lastUsedAtMs: fixture.now() },
      };
      expectAllFieldsSet(used);
      expect(await unwrap(store.serviceKeys.findByHash(hash))).toEqual(used);
      expect(await list()).toEqual([used]);
    });

    test('Service keys are listed newest first, page by page, expired ones too', async () => {
      const { world } = context();
      const keys: ServiceKey[] = [];
      for (let index = 0; index < 5; index++) {
        keys.push(await create());
        world.advance(1_000);
      }
      world.advance(2 * dayMs);
      for (const limit of [1, 2, 5, 100]) expect(await list(limit)).toEqual(keys.toReversed());
    });

    test('Only the hash that a key was made with finds it', async () => {
      const { fixture, store } = context();
      const keys = [await create({ hash: 'one' }), await create({ hash: 'two' })];
      expect(await unwrap(store.serviceKeys.findByHash('two'))).toEqual(keys[1] ?? null);
      for (const hash of ['', 'three', 'ONE', fixture.newId()])
        expect(await unwrap(store.serviceKeys.findByHash(hash))).toBeNull();
    });

    test('An ended key is found and listed no more, and a second end says that there was none', async () => {
      const { fixture, store } = context();
      const [ended, other] = [await create({ hash: 'one' }), await create({ hash: 'two' })];
      expect(await unwrap(store.serviceKeys.end(ended.id, fixture.now()))).toBe(true);
      for (const none of [ended.id, fixture.newId()])
        expect(await unwrap(store.serviceKeys.end(none, fixture.now()))).toBe(false);
      expect(await unwrap(store.serviceKeys.findByHash('one'))).toBeNull();
      await unwrap(store.serviceKeys.recordUse(ended.id, fixture.now()));
      expect(await list()).toEqual([other]);
    });

    test('The last use of a key never goes back', async () => {
      const { fixture, store } = context();
      const { id } = await create();
      const useAt = async (atMs: number) => {
        await unwrap(store.serviceKeys.recordUse(id, atMs));
        return (await list())[0]?.lastUsedAtMs;
      };
      const now = fixture.now();
      expect(await useAt(now)).toBe(now);
      expect(await useAt(now - 60_000)).toBe(now);
      expect(await useAt(now + 60_000)).toBe(now + 60_000);
    });

    test('A key is made once under an idempotency key, however many requests arrive at once', async () => {
      const { fixture, store } = context();
      const commandKey = { callerId: 'ops', route: 'POST /keys', key: fixture.newId(), fingerprint: 'one' };
      const once = (fingerprint = 'one') =>
        store.serviceKeys.createOnce(
          { ...command(), commandKey: { ...commandKey, fingerprint } },
          fixture.now(),
        );
      await fixture.openConnections();
      const results = await Promise.all(Array.from({ length: 12 }, () => unwrap(once())));
      expect(results.filter(({ replayed }) => !replayed)).toHaveLength(1);
      const [key] = await list();
      for (const { value } of results) expect([value]).toEqual([key as ServiceKey]);
      expect(await list()).toHaveLength(1);
      expect((await once('two'))._unsafeUnwrapErr()).toEqual({ kind: 'idempotency_key_reused' });
    });

    test('A refused key leaves no idempotency key behind, and a known one has its first answer all the same', async () => {
      const { fixture, store } = context();
      const commandKey = { callerId: 'ops', route: 'POST /keys', key: fixture.newId(), fingerprint: 'one' };
      const refusal = { kind: 'refused' } as const;
      const once = (refused: typeof refusal | null) =>
        store.serviceKeys.createOnce({ ...command(), commandKey }, fixture.now(), refused);
      expect((await once(refusal))._unsafeUnwrapErr()).toEqual(refusal);
      expect(await list()).toEqual([]);
      const first = await unwrap(once(null));
      expect(await unwrap(once(refusal))).toEqual({ value: first.value, replayed: true });
      expect(await list()).toEqual([first.value]);
    });

    test('The activity says who made a key and who ended it, once each', async () => {
      const { fixture, store } = context();
      const by = (requestId: string) => ({
        ...{ actor: { id: 'ops', email: 'ops@example.com' }, requestId },
        createId: fixture.newId,
      });
      const commandKey = { callerId: 'ops', route: 'POST /keys', key: fixture.newId(), fingerprint: 'one' };
      const once = { ...command({ command: by('one') }), commandKey };
      for (let time = 0; time < 2; time++) await unwrap(store.serviceKeys.createOnce(once, fixture.now()));
      const other = await create({ command: by('two') });
      for (const requestId of ['three', 'four'])
        await unwrap(store.serviceKeys.end(other.id, fixture.now(), by(requestId)));
      const filters = { actor: null, action: null, target: null, fromMs: null, toMs: null, after: null };
      const { items } = await unwrap(store.activity.list({ ...filters, limit: 9 }));
      const detail = 'Nightly report: orders:read money:read';
      expect(items).toMatchObject([
        { action: 'key.end', target: other.id, detail, requestId: 'three', actor: by('').actor },
        { action: 'key.create', target: other.id, detail, requestId: 'two' },
        { action: 'key.create', target: once.id, detail, requestId: 'one' },
      ]);
    });

    test('A key that another process has ended is let in for less than 60 seconds', async () => {
      const { store, world } = context();
      const secret = createServiceKeySecret(world.random);
      const { id } = await create({ hash: hashServiceKey(secret) });
      // Two processes have a cache each.
      const [here, there] = [true, true].map((recordsUse) => {
        const noToken = () => {
          throw new Error('the header has no token');
        };
        const { serviceKeys } = store;
        return createServiceKeyAuth(noToken, {
          serviceKeys,
          clock: world.clock,
          recordsUse,
          lines: { warn: () => {} },
        });
      });
      const headers = new Headers({ authorization: `Bearer ${secret}` });
      const countLetIn = async (process: typeof here) => {
        const replies = await Promise.all(
          Array.from({ length: 1_000 }, async () => process?.authenticate(headers)),
        );
        return replies.filter((reply) => reply?.isOk()).length;
      };
      expect([await countLetIn(here), await countLetIn(there)]).toEqual([1_000, 1_000]);
      world.advance(1_000);
      await unwrap(store.serviceKeys.end(id, world.clock.nowMs()));
      here?.forget(id);
      expect(await countLetIn(here)).toBe(0);
      // The other process does not know yet. This shows that its cache is what the next lines test.
      expect(await countLetIn(there)).toBe(1_000);
      world.advance(59_999);
      expect(await countLetIn(there)).toBe(0);
      expect(await list()).toEqual([]);
    });
  });
};
