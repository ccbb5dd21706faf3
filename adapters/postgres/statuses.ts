import type { Fragment } from 'postgres';
import { quoted, quotedList } from '../stored/statuses.ts';
import type { Sql, Transaction } from './connection.ts';

type Status = Parameters<typeof quoted>[0];

/** One status as an SQL literal. */
export const statusText = (sql: Sql | Transaction, status: Status): Fragment => sql.unsafe(quoted(status));

/** Statuses as SQL literals, for `in (…)`. */
export const statusList = (sql: Sql | Transaction, statuses: readonly Status[]): Fragment =>
  sql.unsafe(quotedList(statuses));
