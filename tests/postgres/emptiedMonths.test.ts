import { expect, test } from 'bun:test';
import postgres from 'postgres';
import { connect } from '../../adapters/postgres/connection.ts';
import { partitionTables } from '../../adapters/postgres/partitions/convert.ts';
import { emptyMonth } from '../../adapters/postgres/partitions/months.ts';
import { systemTimer } from '../../adapters/system/timer.ts';
import { monthAt } from '../../core/archive.ts';
import { firstIdAt } from '../../core/id.ts';
import { createTestDatabase, postgresAvailable } from '../processes/postgres.ts';

test.skipIf(!(await postgresAvailable()))(
  'A month to which somebody is writing keeps the row that is written',
  async () => {
    const database = await createTestDatabase();
    const nowMs = Date.UTC(2026, 2, 10);
    await partitionTables(database.url, { nowMs: () => nowMs, timer: systemTimer, onStep: () => {} });
    const sql = connect({ url: database.url, poolSize: 1 });
    const writer = postgres(database.url, { max: 1, onnotice: () => {} });
    const nextMs = Date.UTC(2026, 3, 10);
    await writer.unsafe(
      `begin; insert into step_ledger (task_id, step, intended_ms) values ('${firstIdAt(nextMs)}', 'a', 1)`,
    );
    let isEmptied = false;
    const emptied = emptyMonth(sql, monthAt(nextMs)).then(() => {
      isEmptied = true;
    });
    const isWaiting = async () =>
      (
        await writer`
          select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
      ).count > 0;
    // It gives up after half a second, and then keeps the row as well.
    while (!isEmptied && !(await isWaiting()));
    await writer.unsafe('commit');
    await emptied;
    expect(await writer`select step from step_ledger`).toMatchObject([{ step: 'a' }]);
    await Promise.all([sql.end(), writer.end()]);
    await database.drop();
  },
  120_000,
);
