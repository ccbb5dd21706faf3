import { exportedTimelineMax } from '../../../core/erasure.ts';
import { firstTimelineKey, type TimelinePage, type TimelineQuery } from '../../../core/timeline.ts';
import {
  type StoredTimelineRow,
  type TimelineDialect,
  timelinePageOf,
  timelineSql,
} from '../../stored/timeline.ts';
import type { Sql } from '../connection.ts';

const dialectOf = (orderId: string): TimelineDialect => ({
  orderId,
  nowMs: '$2::bigint',
  atMs: '$3::bigint',
  rank: '$4::integer',
  key: '$5::text',
  rowsMax: '$6::integer',
  isInGroup: `${orderId} = any(order_ids)`,
  collation: '"C"',
});

const statement = timelineSql(dialectOf('$1::uuid'));

/** See `Orders.timeline`. */
export const readTimeline = async (
  sql: Sql,
  { orderId, nowMs, after, limit }: TimelineQuery,
): Promise<TimelinePage> => {
  const rows = await sql.unsafe<StoredTimelineRow[]>(statement, [
    orderId,
    ...parametersOf(nowMs, after, limit),
  ]);
  return timelinePageOf(rows, limit);
};

const statementOfMany = `
  select asked.id as "orderId", entry.* from unnest($1::uuid[]) as asked(id)
  cross join lateral (${timelineSql(dialectOf('asked.id'))}) as entry
  order by "atMs", "rank", "key" collate "C"`;

/** The first entries of each of these orders, by order id. Planning the statement takes longer than running it for one. */
export const readTimelines = async (
  sql: Sql,
  orderIds: string[],
  nowMs: number,
): Promise<ReadonlyMap<string, TimelinePage>> => {
  const limit = exportedTimelineMax;
  const rows = await sql.unsafe<(StoredTimelineRow & { readonly orderId: string })[]>(statementOfMany, [
    orderIds,
    ...parametersOf(nowMs, null, limit),
  ]);
  const rowsOf = Map.groupBy(rows, ({ orderId }) => orderId);
  return new Map(
    orderIds.map((id) => [
      id,
      timelinePageOf(
        (rowsOf.get(id) ?? []).map(({ orderId: _, ...row }) => row),
        limit,
      ),
    ]),
  );
};

const parametersOf = (nowMs: number, after: TimelineQuery['after'], limit: number) => {
  const { atMs, rank, key } = after ?? firstTimelineKey;
  return [nowMs, atMs, rank, key, limit + 1] as const;
};
