import { firstTimelineKey, type TimelinePage, type TimelineQuery } from '../../../core/timeline.ts';
import { type StoredTimelineRow, timelinePageOf, timelineSql } from '../../stored/timeline.ts';
import type { Connection } from '../connection.ts';

/** See `Orders.timeline`. */
export const createReadTimeline = ({ client }: Connection) => {
  const select = client.prepare<[object], StoredTimelineRow>(
    timelineSql({
      orderId: '$orderId',
      nowMs: '$nowMs',
      atMs: '$atMs',
      rank: '$rank',
      key: '$key',
      rowsMax: '$rowsMax',
      isInGroup: 'instr(order_ids, $orderId) > 0',
      collation: 'binary',
    }),
  );
  return ({ orderId, nowMs, after, limit }: TimelineQuery): TimelinePage =>
    timelinePageOf(select.all({ orderId, nowMs, ...(after ?? firstTimelineKey), rowsMax: limit + 1 }), limit);
};
