import { expect, test } from 'bun:test';
import { createEvents } from '../../adapters/postgres/events/events.ts';
import { unwrap } from '../contracts/fixture.ts';
import { createTestDatabase, postgresAvailable } from '../processes/postgres.ts';
import { connectExplained } from './explained.ts';

const subscriptionId = '00000000-0000-7000-8000-000000000001';
const subjects = 2_000;
const nowMs = 1_000_000;

test.skipIf(!(await postgresAvailable()))(
  'A report reads the events that it is about, and not all that wait',
  async () => {
    const database = await createTestDatabase();
    const { sql, countPages } = await connectExplained(database.url);
    // Tests of an endpoint, because they have no order to render.
    await sql.unsafe(`
      insert into subscription (id, kind, target, types, created_ms)
      values ('${subscriptionId}', 'webhook', 'https://shop.example', '{}', 0);
      insert into event (subscription_id, subject, sequence, kind, type, at_ms, due_ms)
      select '${subscriptionId}', ('00000000-0000-7000-8000-' || lpad(to_hex(s), 12, '0'))::uuid, q, 'test', 'test', s, s
      from generate_series(1, ${subjects}) as s, generate_series(1, 6) as q`);
    await sql`vacuum analyze event`;
    const events = createEvents(sql);
    const claimed = await unwrap(events.claim({ subscriptionId, limit: 10, nowMs, leaseMs: 30_000 }));
    const attempt = { atMs: nowMs, responseStatus: 204, error: null };
    const reports = claimed.map(
      ({ subject, sequence, lease, body }) =>
        ({
          ...{ subject, sequence, lease },
          outcome: { kind: 'delivered' },
          attempt: { ...attempt, body },
        }) as const,
    );
    let reported = 0;
    const pages = await countPages(async () => {
      reported = await unwrap(events.report(subscriptionId, reports, null));
    });
    expect(reported).toBe(10);
    // A read of all events has more than 150 pages, and there were three.
    expect(pages).toBeLessThan(300);
    await sql.end();
    await database.drop();
  },
);
