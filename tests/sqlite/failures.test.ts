import { expect, test } from 'bun:test';
import { unwrap } from '../contracts/fixture.ts';
import { openTestStore } from './harness.ts';

test('Failures are counted in slices, and other work of the process runs between them', async () => {
  const { client, store } = openTestStore();
  // Ids in the order of their numbers: seven errors that take turns, and every tenth task is not failed.
  client.exec(`
    with recursive numbers(n) as (select 0 union all select n + 1 from numbers where n < 13999)
    insert into task (id, job_id, pipeline, step, state, run_ms, last_error)
    select printf('01980a4e-7c1b-7d10-8a5e-%012x', n), printf('01980a4e-7c1b-7d10-9a5e-%012x', n), 'refund',
      'notify_customer', iif(n % 10 = 9, 'ready', 'failed'), 0, 'error ' || (n % 7)
    from numbers`);
  let turns = 0;
  let isOver = false;
  const countTurns = (): void => {
    turns++;
    if (!isOver) setImmediate(countTurns);
  };
  countTurns();
  const { groups, tasks } = await unwrap(store.queue.failures());
  isOver = true;
  expect(turns).toBeGreaterThan(2);
  expect(tasks).toBe(12_600);
  expect(groups.map(({ tasks: ofGroup }) => ofGroup)).toEqual(Array(7).fill(1_800));
  expect(groups[0]).toMatchObject({ error: 'error 5', newestTaskId: '01980a4e-7c1b-7d10-8a5e-0000000036ae' });
});
