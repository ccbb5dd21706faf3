import { afterAll, describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import fc from 'fast-check';
import { eventId, eventTypes, orderEvents } from '../../core/event.ts';
import type { LeasedEvent } from '../../core/relay.ts';
import { createFixture } from '../contracts/fixture.ts';
import { createPostgresStorePool } from '../contracts/postgresStorePool.ts';
import { createSqliteStorePool } from '../contracts/sqliteStorePool.ts';
import type { OpenStore } from '../contracts/testContext.ts';
import { createMemoryStore } from '../model/store.ts';
import { createScratchFolder } from '../processes/cleanup.ts';
import { createTestDatabase, postgresAvailable } from '../processes/postgres.ts';
import { createTestWorld } from '../world.ts';
import { createHistory } from './history.ts';
import { type HistoryStep, historySteps } from './historySteps.ts';

type History = Awaited<ReturnType<typeof createHistory>>;

const sqlite = createSqliteStorePool(() =>
  join(createScratchFolder('events', { inMemory: true }), 'shop.db'),
);

/** Does the steps, and checks what each subscription has heard. Returns the types that there were. */
const hearHistory = async (open: OpenStore, steps: readonly HistoryStep[]): Promise<readonly string[]> => {
  const opened = await open();
  try {
    const history = await createHistory({ ...opened, fixture: createFixture(opened.store, opened.world) });
    const everything = await history.subscribe(eventTypes, false);
    await history.subscribe(eventTypes, true);
    for (const step of steps) await history.run(step);
    // All pauses and leases end.
    opened.world.advance(60_000);
    for (const { subscriber } of history.subscribers) await subscriber.drain();
    await expectOwed(history);
    const known = new Map<string, unknown>(everything.heard().map((event) => [keyOf(event), shownOf(event)]));
    for (const { subscriber } of history.subscribers)
      for (const event of subscriber.heard())
        expect<unknown>(shownOf(event)).toEqual(known.get(keyOf(event)));
    const ids = everything.heard().map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    return everything.heard().map(({ type }) => type);
  } finally {
    await opened.close();
  }
};

const keyOf = ({ subject, sequence }: LeasedEvent): string => `${subject} ${sequence}`;
const shownOf = ({ id, kind, subject, sequence, type, atMs }: LeasedEvent) => ({
  ...{ id, kind, subject, sequence, type, atMs },
});

/** Each subscription has heard of each order what its history makes after the subscription, in its order. */
const expectOwed = async ({ subscribers, orders, historyOf }: History): Promise<void> => {
  for (const { id: orderId } of orders) {
    const rows = await historyOf(orderId);
    for (const { subscriber, lengths } of subscribers) {
      const heard = subscriber.heard().filter(({ subject }) => subject === orderId);
      const owed = rows
        .slice(lengths.get(orderId) ?? 0)
        .flatMap((row) => orderEvents(orderId, row))
        .filter(({ type }) => subscriber.types.includes(type));
      expect(heard.map(shownOf)).toEqual(owed.map((event) => ({ ...event, id: eventId(event) })));
    }
  }
};

/** Fewer histories on a database, where each step takes longer. */
const hearsAll = (name: string, open: OpenStore, numRuns: number): void => {
  test(`On ${name}, whatever happens, each subscription hears once and in order what it is owed`, async () => {
    const types = new Set<string>();
    await fc.assert(
      fc.asyncProperty(historySteps, async (steps) => {
        for (const type of await hearHistory(open, steps)) types.add(type);
      }),
      { numRuns },
    );
    // So many histories have all types, or the steps do not try what they should.
    if (numRuns >= 300) expect([...types].sort()).toEqual([...eventTypes].sort());
  }, 600_000);
};

describe('Events of random histories', () => {
  hearsAll(
    'the memory store',
    async () => {
      const world = createTestWorld();
      const store = createMemoryStore(world);
      return { store, world, close: async () => {} };
    },
    300,
  );
  hearsAll('SQLite', sqlite.open, 30);
});

describe.skipIf(!(await postgresAvailable()))('Events of random histories', () => {
  const { open, dropAll } = createPostgresStorePool(createTestDatabase);
  afterAll(dropAll);
  hearsAll('PostgreSQL', open, 15);
});
