import { Buffer } from 'node:buffer';
import { err, ok, type Result } from 'neverthrow';
import type { Page } from '../../core/page.ts';
import { type Check, type ValidationFailure, validationFailure } from './check.ts';

/** Encodes the sort key of a page's last row. Opaque to callers, so that we can change it. */
const cursorOf = (key: unknown): string => Buffer.from(JSON.stringify(key)).toString('base64url');

/** Decodes a cursor to its sort key. Null without a cursor, which means the first page. */
export const readCursor = <Key>(
  cursor: string | undefined,
  key: Check<Key>,
): Result<Key | null, ValidationFailure> => {
  if (cursor === undefined) return ok(null);
  return parse(cursor)
    .andThen(key.read)
    .mapErr(() => validationFailure([{ path: '/cursor', message: 'Expected the nextCursor of this list' }]));
};

const parse = (cursor: string): Result<unknown, null> => {
  if (!/^[A-Za-z0-9_-]+$/.test(cursor)) return err(null);
  try {
    return ok(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch {
    return err(null);
  }
};

/** Renders a page for the response body. */
export const listOf = <Row, Key, Json>({ items, next }: Page<Row, Key>, render: (row: Row) => Json) => ({
  items: items.map(render),
  nextCursor: next === null ? null : cursorOf(next),
});
