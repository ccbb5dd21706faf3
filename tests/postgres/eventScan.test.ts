import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { createEvents } from '../../adapters/postgres/events/events.ts';
import { unwrap } from '../contracts/fixture.ts';
import { createTestDatabase, postgresAvailable, type TestDatabase } from '../processes/postgres.ts';
import { connectExplained, type ExplainedConnection } from './explained.ts';

const waiting = 20_000;
const subscriptionId = '00000000-0000-7000-8000-000000000001';

describe.skipIf(!(await postgresAvailable()))('the scan of a claim of events', () => {
  let database: TestDatabase;
  let connection: ExplainedConnection;

  beforeAll(async () => {
    database = await createTestDatabase();
    connection = await connectExplained(database.url);
    // Tests of an endpoint, because they have no order to render.
    await connection.sql.unsafe(`
      insert into subscription (id, kind, target, types, created_ms)
      values ('${subscriptionId}', 'webhook', 'https://shop.example', '{}', 0);
      insert into event (subscription_id, subject, sequence, kind, type, at_ms, due_ms)
      select '${subscriptionId}', '${subscriptionId}', i, 'test', 'test', i, i from generate_series(1, ${waiting}) as i`);
    await connection.sql`vacuum analyze event`;
  });
  afterAll(async () => {
    await connection.sql.end();
    await database.drop();
  });

  test('A claim does not read the events that wait behind one that has failed', async () => {
    const events = createEvents(connection.sql);
    const query = { subscriptionId, limit: 10, nowMs: waiting, leaseMs: 30_000 };
    const [first, ...others] = await unwrap(events.claim(query));
    expect(others).toEqual([]);
    const outcome = { kind: 'failed', dueAtMs: waiting + 60_000 } as const;
    const { subject, sequence, lease } = first ?? { subject: '', sequence: 0, lease: 0 };
    await unwrap(events.report(subscriptionId, [{ subject, sequence, lease, outcome }], null));
    await connection.sql`vacuum event`;
    let claimed: readonly unknown[] = [first];
    const pages = await connection.countPages(async () => {
      claimed = await unwrap(events.claim(query));
    });
    expect(claimed).toEqual([]);
    expect(pages).toBeLessThan(50);
  });

  test('A backlog is counted no further than to its number, however many events wait', async () => {
    const events = createEvents(connection.sql);
    let counted: readonly unknown[] = [];
    const pages = await connection.countPages(async () => {
      counted = await unwrap(events.backlog({ countMax: 100 }));
    });
    expect(counted).toMatchObject([{ events: 100, isMore: true }]);
    expect(pages).toBeLessThan(50);
  });

  test('A drop of old events does not read those that are kept', async () => {
    const { sql } = connection;
    const atMs = 100 * 24 * 3_600_000;
    await sql`update event set at_ms = ${atMs} + sequence, due_ms = ${atMs} + sequence`;
    // Tried for weeks: it is due long after it happened.
    await sql`update event set at_ms = 1 where sequence = ${waiting}`;
    await sql`vacuum analyze event`;
    const events = createEvents(sql);
    let dropped: readonly unknown[] = [];
    const pages = await connection.countPages(async () => {
      dropped = await unwrap(events.drop(atMs - 24 * 3_600_000, 1_000));
    });
    expect(dropped).toEqual([{ subscriptionId, events: 1 }]);
    expect(pages).toBeLessThan(50);
  });
});
