import { Buffer } from 'node:buffer';
import { err, ok, type Result } from 'neverthrow';
import type { Page } from '../../core/page.ts';
import { type Check, type Invalid, invalid } from './check.ts';

/** The sort key of a list's last row, as a caller gets it: opaque, so that it can change. */
const cursorOf = (key: unknown): string => Buffer.from(JSON.stringify(key)).toString('base64url');

/** The key that a cursor stands for; null where there is no cursor, which is the first page. */
export const readCursor = <Key>(cursor: string | undefined, key: Check<Key>): Result<Key | null, Invalid> => {
  if (cursor === undefined) return ok(null);
  return parse(cursor)
    .andThen(key.read)
    .mapErr(() => invalid([{ path: '/cursor', message: 'Expected the nextCursor of this list' }]));
};

const parse = (cursor: string): Result<unknown, null> => {
  if (!/^[A-Za-z0-9_-]+$/.test(cursor)) return err(null);
  try {
    return ok(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch {
    return err(null);
  }
};

/** The page as it is answered. */
export const listOf = <Row, Key, Json>({ items, next }: Page<Row, Key>, render: (row: Row) => Json) => ({
  items: items.map(render),
  nextCursor: next === null ? null : cursorOf(next),
});
