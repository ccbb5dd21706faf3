import { expect, test } from 'bun:test';
import { createConnection, openClient } from '../../adapters/sqlite/connection.ts';
import { migrate } from '../../adapters/sqlite/migrate.ts';
import { createStoreOver } from '../../adapters/sqlite/store.ts';
import { retentionKinds } from '../../core/retention.ts';
import { createRetentionPoll } from '../../worker/retention.ts';
import { unwrap } from '../contracts/fixture.ts';
import { createTestWorld } from '../world.ts';

const rows = 2_500;
/** A slice of so many rows of any table holds the event loop for less than 20 ms. */
const rowsMax = 1_000;

const numbers = `with recursive i(n) as (select 1 union all select n + 1 from i where n < ${rows})`;
/** Ids of 1970, in the order of time. */
const id = `printf('00000000-%04x-7000-8000-000000000000', n)`;
const inserts = [
  `insert into finished_tasks ${numbers} select 0, 'physical', 1 from i`,
  `insert into command_key ${numbers} select ${id}, 'POST /orders', 'lan', 'f', '{}', 0 from i`,
  `insert into counted_checkout ${numbers} select 'lan', ${id}, 0 from i`,
  `insert into audit (id, key, customer_id, order_ids, created_ms, number_prefix)
   ${numbers} select ${id}, ${id}, 'lan', '[]', 0, '' from i`,
  `insert into payment (id, status, attempt, amount, currency, method, recover_ms, claimed_ms, updated_ms, response)
   ${numbers} select ${id}, 'succeeded', 1, 1, 'VND', 'pm', 0, 0, 0, '{"status":"succeeded"}' from i`,
  `insert into step_ledger (task_id, step, intended_ms) ${numbers} select ${id}, 'notify_customer', 0 from i`,
  `insert into activity (id, actor_id, actor_email, action, target, request_id, at_ms)
   ${numbers} select ${id}, 'op', 'op@shop.example', 'task.retry', 't', 'r', 0 from i`,
  `insert into provider_event (id, provider, event_id, type, event, body, received_ms)
   ${numbers} select ${id}, 'stripe', n, 't', '{}', '{}', 0 from i`,
  `insert into captured_mail (message_id, order_ids, recipient, subject, text, html, attachments, at_ms)
   ${numbers} select n, '[]', 'lan@example.com', 's', 't', 'h', '[]', 0 from i`,
];
const tables = [
  ...['finished_tasks', 'command_key', 'counted_checkout'],
  ...['step_ledger', 'activity', 'provider_event', 'captured_mail'],
];

test('Maintenance of SQLite deletes in short slices, and others have a turn after each', async () => {
  const client = openClient({ path: ':memory:' });
  const world = createTestWorld();
  migrate(client, 0);
  for (const insert of inserts) client.exec(insert);
  const count = (from: string) =>
    client.prepare<[], number>(`select count(*) from ${from}`).pluck().get() ?? 0;
  const countAll = (): number =>
    tables.reduce((sum, name) => sum + count(name), 0) +
    count(`payment where response like '%}' and response not like '%orders%'`);
  let before = countAll();
  const steps: number[] = [];
  const look = () => {
    const now = countAll();
    steps.push(before - now);
    before = now;
  };
  const yieldToEventLoop = async () => look();
  const store = createStoreOver(createConnection(client), { ...world, yieldToEventLoop });

  expect(before).toBe(rows * 8);
  world.advance(400 * 86_400_000);
  await unwrap(store.prune(world.clock.nowMs()));
  look();
  const kept = Object.fromEntries(retentionKinds.map((kind) => [kind, 86_400_000]));
  const retention = { ...kept, events: 1, deliveries: 1 } as Parameters<typeof createRetentionPoll>[1];
  const poll = createRetentionPoll({ store, clock: world.clock }, retention);
  for (let pauseMs = 0; pauseMs < 600_000; ) {
    pauseMs = (await poll())._unsafeUnwrap();
    expect(pauseMs).toBeGreaterThan(0);
    look();
  }
  expect(countAll()).toBe(0);
  expect(Math.max(...steps)).toBeLessThanOrEqual(rowsMax);
  expect(Math.max(...steps.slice(-rows / 20))).toBeLessThanOrEqual(20);
  await store.close();
});
