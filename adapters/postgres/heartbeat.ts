import type { AsyncResult } from '../../core/result.ts';
import type { DatabaseClock } from '../../core/store.ts';
import type { World } from '../../core/world.ts';
import { inTransaction, type Sql } from './connection.ts';

/**
 * Checks on a connection of its own that the database does what this process needs, and reads its clock.
 *
 * A sort that does not fit into the smallest memory writes a temporary file of some hundred KiB. It fails on a full
 * disk, where a small write may still find room in a page.
 */
export const heartbeat = (sql: Sql, { clock }: World, readOnly: boolean): AsyncResult<DatabaseClock> =>
  inTransaction(sql, async (tx) => {
    if (!readOnly) {
      await tx`set local work_mem = '64kB'`;
      await tx`
        select count(*) from (
          select repeat(md5(n::text), 4) as text from generate_series(1, 2000) n order by 1 offset 0
        ) spilled`;
      await tx`
        insert into heartbeat (id, at_ms) values (1, ${clock.nowMs()})
        on conflict (id) do update set at_ms = excluded.at_ms`;
    }
    const [row] = await tx<{ now_ms: number }[]>`
      select floor(extract(epoch from clock_timestamp()) * 1000)::bigint as now_ms`;
    return { nowMs: row?.now_ms ?? null };
  });
