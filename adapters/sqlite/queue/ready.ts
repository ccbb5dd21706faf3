import { mixClaimed, shareClaim } from '../../../core/claimShare.ts';
import type { Connection } from '../connection.ts';
import { isPipelineFree } from './pauses.ts';

type Parameters = {
  readonly pipeline: string;
  readonly nowMs: number;
  readonly oldest: number;
  readonly newest: number;
};

const isReady = `t.pipeline = $pipeline and t.state = 'ready' and t.run_ms <= $nowMs`;

/** A paused pipeline has no ready tasks. The pauses are asked once for a statement. */
const isFree = `${isReady} and ${isPipelineFree}`;

/** The ready tasks of a pipeline. `columns` are those that a claim needs of `task t`. */
export const createSelectReady = <Row>({ client }: Connection, columns: string) => {
  const first = client
    .prepare<[Pick<Parameters, 'pipeline' | 'nowMs'>], 1>(`select 1 from task t where ${isFree} limit 1`)
    .pluck();
  // The oldest, and the newest of those that come after them. If the oldest do not fill their share, no task does.
  const ready = client.prepare<[Parameters], Row>(
    `select * from (
       select ${columns} from task t where ${isFree} order by t.run_ms, t.id limit $oldest
     )
     union all
     select * from (
       select ${columns} from task t
       where ${isFree} and (t.run_ms, t.id) > (
         select t.run_ms, t.id from task t where ${isReady} order by t.run_ms, t.id limit 1 offset $oldest - 1
       )
       order by t.run_ms desc, t.id desc limit $newest
     )`,
  );
  return {
    isAny: (pipeline: string, nowMs: number): boolean => first.get({ pipeline, nowMs }) !== undefined,
    /** At most `limit` tasks, as `shareClaim` divides them. */
    select: (pipeline: string, nowMs: number, limit: number): readonly Row[] => {
      const share = shareClaim(limit);
      const rows = ready.all({ pipeline, nowMs, ...share });
      return mixClaimed(rows.slice(0, share.oldest), rows.slice(share.oldest));
    },
  };
};
