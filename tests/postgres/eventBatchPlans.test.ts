import { describe, expect, test } from 'bun:test';
import { createEvents } from '../../adapters/postgres/events/events.ts';
import type { EventReport, Events } from '../../core/relay.ts';
import { unwrap } from '../contracts/fixture.ts';
import { createTestDatabase, postgresAvailable } from '../processes/postgres.ts';
import { connectExplained } from './explained.ts';

const subscriptionId = '00000000-0000-7000-8000-000000000001';
const nowMs = 1_000_000;
const waiting = 5_000;
const limit = 100;

/** For each of a hundred batches or rows: its steps in some plans. */
const rowsMax = 3_000;

const subjectOf = (number: number): string =>
  `00000000-0000-7000-8000-${number.toString(16).padStart(12, '0')}`;

const reportsOf = (
  ids: readonly number[],
  outcome: EventReport['outcome'],
  isBatched: boolean,
): readonly EventReport[] =>
  ids.map((id) => ({
    ...{ subject: subjectOf(id), sequence: 2, lease: 1, outcome },
    ...(isBatched && { batch: id }),
  }));

const hundred = Array.from({ length: limit }, (_, index) => index + 1);
const failed = { kind: 'failed', dueAtMs: nowMs + 60_000 } as const;

type Work = {
  readonly name: string;
  readonly run: (events: Events) => Promise<unknown>;
  /** What `run` returns while many wait. */
  readonly result: unknown;
  /** How much of what waits is in batches. The rest has rows of its own. */
  readonly batches: 'all' | 'half' | 'none';
  /** Whether the subscription is leased. */
  readonly leased: boolean;
};

const claimRun = async (events: Events): Promise<number> =>
  (await unwrap(events.claimRun({ subscriptionId, limit, nowMs, leaseMs: 1 }))).length;

const works: readonly Work[] = [
  { name: 'A run of batches', run: claimRun, result: limit, batches: 'all', leased: false },
  { name: 'A run of rows', run: claimRun, result: limit, batches: 'none', leased: false },
  { name: 'A run of rows beside batches', run: claimRun, result: limit, batches: 'half', leased: false },
  {
    name: 'A report of delivered batches',
    run: (events) =>
      unwrap(events.reportRun(subscriptionId, reportsOf(hundred, { kind: 'delivered' }, true), null)),
    result: limit,
    batches: 'all',
    leased: true,
  },
  {
    name: 'A report of batches that failed',
    run: (events) => unwrap(events.reportRun(subscriptionId, reportsOf(hundred, failed, true), null)),
    result: limit,
    batches: 'all',
    leased: true,
  },
  {
    name: 'A drop of old batches',
    run: async (events) => (await unwrap(events.drop(50, limit))).map(({ events: count }) => count),
    result: [49],
    batches: 'all',
    leased: false,
  },
];

describe.skipIf(!(await postgresAvailable()))('the plans for batches of events', () => {
  for (const statistics of ['of new tables', 'of emptied tables'])
    for (const calls of [0, 12])
      for (const { name, run, result, batches, leased } of works)
        test(`${name} reads no more than its limit, with statistics ${statistics} and after ${calls} calls`, async () => {
          const database = await createTestDatabase();
          const { sql, countRows } = await connectExplained(database.url);
          const untilMs = leased ? nowMs : 0;
          await sql.unsafe(`
            alter table event set (autovacuum_enabled = off);
            alter table event_batch set (autovacuum_enabled = off);
            insert into subscription (id, kind, target, types, lease, lease_until_ms, created_ms)
            values ('${subscriptionId}', 'kafka', 'orders', '{}', 1, ${untilMs}, 0)`);
          if (statistics === 'of emptied tables') await sql`vacuum analyze event, event_batch`;
          const events = createEvents(sql);
          // After five calls of a statement, the server may keep its plan.
          for (let count = 0; count < calls; count++) {
            await run(events);
            await sql`update subscription set lease = 1, lease_until_ms = ${untilMs}`;
          }
          const batched = { all: waiting, half: waiting / 2, none: 0 }[batches];
          await sql.unsafe(`
            insert into event (subscription_id, subject, sequence, kind, type, at_ms, due_ms, quantity, amount)
            select '${subscriptionId}', ('00000000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid, 2, 'order',
              'order.placed', i, i, 1, 1
            from generate_series(${batched + 1}, ${waiting}) as i;
            insert into event_batch (subscription_id, at_ms, events, subjects, sequences, types, quantities, amounts)
            select '${subscriptionId}', i, 1, array[('00000000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid], '{2}',
              '{order.placed}', '{1}', '{1}'
            from generate_series(1, ${batched}) as i`);
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
