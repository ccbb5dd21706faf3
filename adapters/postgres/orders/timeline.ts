import { firstTimelineKey, type TimelinePage, type TimelineQuery } from '../../../core/timeline.ts';
import { type StoredTimelineRow, timelinePageOf, timelineSql } from '../../stored/timeline.ts';
import type { Sql } from '../connection.ts';

const statement = timelineSql({
  orderId: '$1::uuid',
  nowMs: '$2::bigint',
  atMs: '$3::bigint',
  rank: '$4::integer',
  key: '$5::text',
  rowsMax: '$6::integer',
  isInGroup: '$1::uuid = any(order_ids)',
  collation: '"C"',
});

/** See `Orders.timeline`. */
export const readTimeline = async (
  sql: Sql,
  { orderId, nowMs, after, limit }: TimelineQuery,
): Promise<TimelinePage> => {
  const { atMs, rank, key } = after ?? firstTimelineKey;
  const rows = await sql.unsafe<StoredTimelineRow[]>(statement, [orderId, nowMs, atMs, rank, key, limit + 1]);
  return timelinePageOf(rows, limit);
};
