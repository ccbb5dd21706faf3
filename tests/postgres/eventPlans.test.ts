import { describe, expect, test } from 'bun:test';
import { createEvents } from '../../adapters/postgres/events/events.ts';
import type { EventReport, Events } from '../../core/relay.ts';
import { unwrap } from '../contracts/fixture.ts';
import { createTestDatabase, postgresAvailable } from '../processes/postgres.ts';
import { connectExplained } from './explained.ts';

const subscriptionId = '00000000-0000-7000-8000-000000000001';
const stepMs = 100_000;
const waiting = 5_000;
const nowMs = stepMs * waiting;
const limit = 100;
const attempt = { atMs: nowMs, responseStatus: 500, error: 'HTTP 500', body: '{}' };

/** For each of a hundred events: its steps in some plans. To read all that wait is five thousand rows and more. */
const rowsMax = 3_000;

const subjectOf = (number: number): string =>
  `00000000-0000-7000-8000-${number.toString(16).padStart(12, '0')}`;

const reportsOf = (lease: number, outcome: EventReport['outcome']): readonly EventReport[] =>
  Array.from({ length: limit }, (_, index) => ({
    ...{ subject: subjectOf(index + 1), sequence: 1, lease, outcome, attempt },
  }));

/** A statement that is run while no event waits, and then while many do. */
type Work = {
  readonly name: string;
  readonly run: (events: Events) => Promise<unknown>;
  /** What `run` returns while the events wait. */
  readonly result: unknown;
  readonly kind?: 'kafka';
};

const delivered = { kind: 'delivered' } as const;
const failed = { kind: 'failed', dueAtMs: nowMs + 60_000 } as const;

const works: readonly Work[] = [
  {
    name: 'A claim',
    run: async (events) =>
      (await unwrap(events.claim({ subscriptionId, limit, nowMs, leaseMs: 30_000 }))).length,
    result: limit,
  },
  {
    name: 'A report of delivered events',
    run: (events) => unwrap(events.report(subscriptionId, reportsOf(0, delivered), null)),
    result: limit,
  },
  {
    name: 'A report of failed events',
    run: (events) => unwrap(events.report(subscriptionId, reportsOf(0, failed), null)),
    result: limit,
  },
  {
    name: 'A look for what is due',
    run: async (events) => (await unwrap(events.due(nowMs))).length,
    result: 1,
  },
  {
    name: 'A look for what is due later',
    run: async (events) => (await unwrap(events.due(0))).length,
    result: 0,
  },
  {
    name: 'A drop of old events',
    run: async (events) => (await unwrap(events.drop(50 * stepMs, 1_000))).map(({ events: count }) => count),
    result: [49],
  },
  {
    name: 'A count of the backlog',
    run: async (events) =>
      (await unwrap(events.backlog({ countMax: limit }))).map(({ events: count }) => count),
    result: [limit],
  },
  {
    name: 'A report of a run',
    run: (events) => unwrap(events.reportRun(subscriptionId, reportsOf(1, failed), null)),
    result: limit,
    kind: 'kafka',
  },
];

describe.skipIf(!(await postgresAvailable()))('the plans for events', () => {
  for (const statistics of ['of a new table', 'of an emptied table'])
    for (const calls of [0, 12])
      for (const { name, run, result, kind = 'webhook' } of works)
        test(`${name} reads no more than its limit, with statistics ${statistics} and after ${calls} calls`, async () => {
          const database = await createTestDatabase();
          const { sql, countRows } = await connectExplained(database.url);
          await sql.unsafe(`
            alter table event set (autovacuum_enabled = off);
            insert into subscription (id, kind, target, types, lease, lease_until_ms, created_ms)
            values ('${subscriptionId}', '${kind}', 'https://shop.example', '{}', 1, ${kind === 'kafka' ? nowMs : 0}, 0)`);
          if (statistics === 'of an emptied table') await sql`vacuum analyze event`;
          const events = createEvents(sql);
          // After five calls of a statement, the server may keep its plan.
          for (let count = 0; count < calls; count++) {
            await run(events);
            await sql`update subscription set lease_until_ms = ${kind === 'kafka' ? nowMs : 0}`;
          }
          // Tests of an endpoint, because they have no order to render.
          await sql.unsafe(`
            insert into event (subscription_id, subject, sequence, kind, type, at_ms, due_ms)
            select '${subscriptionId}', ('00000000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid, 1, 'test', 'test', i::bigint * ${stepMs}, i::bigint * ${stepMs}
            from generate_series(1, ${waiting}) as i`);
          let returned: unknown;
          const rows = await countRows(async () => {
            returned = await run(events);
          });
          expect(returned).toEqual(result);
          expect(rows).toBeLessThan(rowsMax);
          await sql.end();
          await database.drop();
        });
});
