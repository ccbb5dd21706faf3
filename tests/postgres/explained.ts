import postgres from 'postgres';
import type { Sql } from '../../adapters/postgres/connection.ts';

/** A connection on which the server reports what each statement really read. */
export type ExplainedConnection = {
  readonly sql: Sql;
  /** The number of pages that the statements of `work` touched, in memory or on disk. */
  readonly countPages: (work: () => Promise<unknown>) => Promise<number>;
  /** The number of rows that the steps of their plans looked at, those that were thrown away included. */
  readonly countRows: (work: () => Promise<unknown>) => Promise<number>;
};

export const connectExplained = async (url: string): Promise<ExplainedConnection> => {
  let pages = 0;
  let rows = 0;
  const sql = postgres(url, {
    max: 1,
    types: { bigint: { to: 20, from: [20], parse: Number, serialize: String } },
    onnotice: ({ message = '' }) => {
      const start = message.indexOf('{');
      if (start < 0) return;
      const explained = JSON.parse(message.slice(start));
      pages += pagesOf(explained);
      rows += rowsOf(explained.Plan);
    },
  });
  await sql.unsafe(`
    load 'auto_explain';
    set auto_explain.log_min_duration = 0;
    set auto_explain.log_analyze = on;
    set auto_explain.log_buffers = on;
    set auto_explain.log_timing = off;
    set auto_explain.log_format = json;
    set auto_explain.log_level = notice;`);
  const countPages = async (work: () => Promise<unknown>) => {
    pages = 0;
    await work();
    if (pages === 0) throw new Error('the server reported no statement');
    return pages;
  };
  const countRows = async (work: () => Promise<unknown>) => {
    rows = 0;
    await work();
    return rows;
  };
  return { sql, countPages, countRows };
};

type Step = {
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Join Filter'?: number;
  readonly Plans?: readonly Step[];
};

const rowsOf = (step: Step): number =>
  step['Actual Loops'] *
    (step['Actual Rows'] +
      (step['Rows Removed by Filter'] ?? 0) +
      (step['Rows Removed by Join Filter'] ?? 0)) +
  (step.Plans ?? []).reduce((sum, each) => sum + rowsOf(each), 0);

const pagesOf = ({ Plan }: { Plan: Readonly<Record<string, number>> }): number =>
  (Plan['Shared Hit Blocks'] ?? 0) + (Plan['Shared Read Blocks'] ?? 0);
