import type { AsyncResult } from './result.ts';

/**
 * A place in the write-ahead log of a database: what was committed before it is in every copy that has replayed it. A
 * promotion begins a new timeline, so a place of another one proves nothing.
 */
export type LogPosition = {
  readonly timeline: number;
  /** As PostgreSQL writes it, such as `16/B374D848`. */
  readonly lsn: string;
};

/** What a server knows of a position. `primary`: it is no copy, or no longer. */
export type Reached = 'reached' | 'not_yet' | 'other_timeline' | 'primary';

/** Null where no copy can be behind, and while a server is no primary. */
export type ReadPosition = () => AsyncResult<LogPosition | null>;

/** The `Consistency-Token` of a position. */
export const tokenOf = ({ timeline, lsn }: LogPosition): string =>
  `${timeline.toString(16)}-${lsn.replace('/', '-')}`.toUpperCase();

const pattern = /^([0-9A-F]{1,8})-([0-9A-F]{1,8})-([0-9A-F]{1,8})$/i;
const timelineMax = 2 ** 31 - 1;

/** Null for a token that cannot be read. */
export const positionOf = (token: string | null): LogPosition | null => {
  const match = pattern.exec(token ?? '');
  if (match === null) return null;
  const [, timelineText = '', high = '', low = ''] = match;
  const timeline = Number.parseInt(timelineText, 16);
  return timeline < 1 || timeline > timelineMax ? null : { timeline, lsn: `${high}/${low}` };
};

/** The distance from the beginning of the log, in bytes. */
export const bytesOf = ({ lsn }: Pick<LogPosition, 'lsn'>): number => {
  const [high = '', low = ''] = lsn.split('/');
  return Number.parseInt(high, 16) * 2 ** 32 + Number.parseInt(low, 16);
};
