import type { Fragment } from 'postgres';
import { listed, quoted } from '../stored/statuses.ts';
import type { Sql, Transaction } from './connection.ts';

type Status = Parameters<typeof quoted>[0];

/** One status, written out. */
export const statusText = (sql: Sql | Transaction, status: Status): Fragment => sql.unsafe(quoted(status));

/** Statuses for `in (…)`, written out. */
export const statusList = (sql: Sql | Transaction, statuses: readonly Status[]): Fragment =>
  sql.unsafe(listed(statuses));
